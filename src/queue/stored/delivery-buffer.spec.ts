import assert from "node:assert/strict";
import { Collected } from "../../../test/fixtures/collected.ts";
import { type Deferred, deferred } from "../../../test/fixtures/deferred.ts";
import { messageIDsOf } from "../../../test/fixtures/store-rows.ts";
import type { Delivery } from "../request-queue.ts";
import { DeliveryBuffer, type DeskEntry } from "./delivery-buffer.ts";

describe("DeliveryBuffer", () => {
  const entry = (order: number): DeskEntry => ({
    ...{ sessionID: "s", messageID: `${order}`, order, repeated: false },
    answer: { text: "yes", outcome: "OK" },
    times: { receivedAt: 1, claimedAt: 2, answeredAt: 3 },
  });
  const turn = () => new Promise((resolve) => setImmediate(resolve));

  let fetches: Collected<Deferred<readonly DeskEntry[]>>;
  let foreign: Set<string>;
  let ended: string[];
  let back: Collected<string>;
  let readers: AbortController;
  let buffer: DeliveryBuffer<DeskEntry>;

  beforeEach(() => {
    fetches = new Collected();
    foreign = new Set();
    ended = [];
    back = new Collected();
    readers = new AbortController();
    buffer = new DeliveryBuffer({
      fetch: () => {
        const fetch = deferred<readonly DeskEntry[]>();
        fetches.add(fetch);
        return fetch.promise;
      },
      isOurs: ({ messageID }) => !foreign.has(messageID),
      again: () => {},
      done: ({ messageID }) => ended.push(messageID),
      putBack: (entries) => {
        for (const { messageID } of entries) back.add(messageID);
      },
    });
  });
  afterEach(() => readers.abort());

  const reader = (signal = readers.signal) => buffer.deliveries(signal);
  async function read(from: AsyncIterator<Delivery>): Promise<Delivery> {
    const next = await from.next();
    assert.ok(!next.done);
    return next.value;
  }
  /** Ends the fetch of this number, which may still be to come. */
  async function bring(number: number, ...orders: readonly number[]): Promise<void> {
    (await fetches.reached(number))[number - 1]?.resolve(orders.map(entry));
    await turn();
  }

  it("fetches once somebody reads, and not before", async () => {
    buffer.wake();
    await turn();
    assert.equal(fetches.items.length, 0);
    const next = read(reader());
    await bring(1, 7);
    assert.equal((await next).messageID, "7");
  });

  it("gives each entry to one reader, lower orders first, whatever the order of their coming", async () => {
    const [one, other] = [reader(), reader()];
    const first = [read(one), read(other)];
    await bring(1, 5, 3, 4);
    const given = [...(await Promise.all(first)), await read(one)];
    assert.deepEqual(messageIDsOf(given), ["3", "4", "5"]);
  });

  it("keeps entries of the same order in the order of their coming", async () => {
    const stream = reader();
    const next = read(stream);
    await fetches.reached(1);
    buffer.add({ ...entry(0), messageID: "a" });
    buffer.add({ ...entry(0), messageID: "b" });
    assert.deepEqual([(await next).messageID, (await read(stream)).messageID], ["a", "b"]);
  });

  it("has one fetch under way for all who read", async () => {
    const waiting = [reader(), reader(), reader()].map((stream) => stream.next());
    await turn();
    assert.equal(fetches.items.length, 1);
    readers.abort();
    for (const next of waiting) assert.equal((await next).done, true);
  });

  it("does not fetch again until something may be there", async () => {
    const next = read(reader());
    await bring(1);
    assert.equal(fetches.items.length, 1);
    buffer.wake();
    await bring(2, 1);
    assert.equal((await next).messageID, "1");
  });

  it("fetches once more when something may have come after the fetch that is under way looked", async () => {
    const next = read(reader());
    await fetches.reached(1);
    buffer.wake();
    await turn();
    assert.equal(fetches.items.length, 1);
    await bring(1);
    await bring(2, 1);
    assert.equal((await next).messageID, "1");
  });

  it("puts a released entry back, and with it what would come after it", async () => {
    const stream = reader();
    const first = read(stream);
    await bring(1, 1, 2, 3);
    (await first).release();
    assert.deepEqual(back.items, ["1", "2", "3"]);
    const again = read(stream);
    await bring(2, 1);
    assert.equal((await again).messageID, "1");
  });

  it("wakes those who read for what was released", async () => {
    const [one, other] = [reader(), reader()];
    const [first, second] = [read(one), read(other)];
    await bring(1, 1);
    (await first).release();
    await bring(2, 1);
    assert.equal((await second).messageID, "1");
  });

  it("delivers nothing that may be another process's by now, and looks again", async () => {
    const stream = reader();
    const first = read(stream);
    await bring(1, 1, 2, 3);
    await first;
    foreign.add("2");
    const next = read(stream);
    await fetches.reached(2);
    // What would come after it waits with it, in its order.
    assert.deepEqual([ended, back.items], [[], ["2", "3"]]);
    await bring(2, 3);
    assert.equal((await next).messageID, "3");
  });

  it("puts everything back when the last reader goes", async () => {
    const leaves = new AbortController();
    const [staying, leaving] = [reader(), reader(leaves.signal)];
    const given = [read(staying), read(leaving)];
    await bring(1, 1, 2, 3, 4);
    await Promise.all(given);
    leaves.abort();
    assert.equal((await leaving.next()).done, true);
    assert.deepEqual(back.items, []);
    readers.abort();
    assert.equal((await staying.next()).done, true);
    assert.deepEqual(back.items, ["3", "4"]);
  });

  it("puts everything back when the last reader stops reading without a signal", async () => {
    const consume = async () => {
      for await (const delivery of reader()) {
        delivery.done();
        return;
      }
    };
    const over = consume();
    await bring(1, 1, 2);
    await over;
    assert.deepEqual([ended, back.items], [["1"], ["2"]]);
  });

  it("puts back what a fetch brings when nobody reads any more", async () => {
    const next = reader().next();
    await fetches.reached(1);
    readers.abort();
    assert.equal((await next).done, true);
    await bring(1, 1, 2);
    assert.deepEqual(back.items, ["1", "2"]);
  });

  it("leaves what a fetch brings to those who read still", async () => {
    const leaves = new AbortController();
    const leaving = reader(leaves.signal).next();
    const staying = read(reader());
    await fetches.reached(1);
    leaves.abort();
    assert.equal((await leaving).done, true);
    await bring(1, 1);
    assert.equal((await staying).messageID, "1");
    assert.deepEqual(back.items, []);
  });

  it("puts an entry back that is laid down while nobody reads", () => {
    buffer.add(entry(1));
    assert.deepEqual(back.items, ["1"]);
  });

  it("ends at once for a signal that has aborted already", async () => {
    assert.equal((await reader(AbortSignal.abort()).next()).done, true);
    assert.equal(fetches.items.length, 0);
  });
});
