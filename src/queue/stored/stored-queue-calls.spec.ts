import assert from "node:assert/strict";
import { RecordingLogger } from "../../../test/fixtures/recording-logger.ts";
import { sqliteFiles, sqliteStore } from "../../../test/fixtures/sqlite-files.ts";
import { UnreliableStore } from "../../../test/fixtures/unreliable-store.ts";
import type { Answer, Delivery, Job } from "../request-queue.ts";
import { StoredQueue } from "./stored-queue.ts";

describe("StoredQueue and the calls that it makes of its store", () => {
  const files = sqliteFiles();
  const ok: Answer = { text: '{"text":"yes","image":null}', outcome: "OK" };
  let store: UnreliableStore;
  let queue: StoredQueue;
  let stopping: AbortController;
  /** Called with every delivery that has been acknowledged. */
  let delivered: (messageID: string) => void;

  async function open(isSerial: boolean): Promise<void> {
    const limits = { maxSize: 100, maxUndelivered: 100 };
    queue = new StoredQueue({
      ...{ ...limits, isSerial, logger: new RecordingLogger() },
      createStore: (onChange) => {
        store = new UnreliableStore(sqliteStore(files.file(), { ...limits, isSerial, onChange }));
        return store;
      },
    });
    await queue.start();
    stopping = new AbortController();
  }
  afterEach(async () => {
    stopping.abort();
    await queue.stop();
  });

  /** As the worker does: it claims, answers in a later turn, and asks for more meanwhile. */
  async function work(limit: number): Promise<void> {
    const { signal } = stopping;
    while (!signal.aborted) {
      const jobs = await queue.claim(limit, signal);
      for (const job of jobs) setImmediate(() => void queue.answer(job, ok));
    }
  }
  async function watchDeadlines(): Promise<void> {
    while (!stopping.signal.aborted) await queue.claimExpired(stopping.signal);
  }
  /** As a stream does: the acknowledgement comes in a later turn. */
  async function deliver(): Promise<void> {
    for await (const delivery of queue.deliveries(stopping.signal)) {
      setImmediate(() => {
        delivery.done();
        delivered(delivery.messageID);
      });
    }
  }
  function begin(limit = 64): void {
    void work(limit);
    void watchDeadlines();
    void deliver();
  }
  /** Whatever was under way has had its time. */
  async function settle(): Promise<void> {
    for (const _ of [1, 2, 3]) await queue.stats();
  }
  async function accept(messageID: string): Promise<void> {
    const receivedAt = Date.now();
    const outcome = await queue.accept({
      ...{ modelID: "m", sessionID: "s", messageID, bytes: 100, receivedAt },
      ...{ input: { messages: [] }, deadline: receivedAt + 60_000 },
    });
    assert.equal(outcome, "accepted");
  }
  /** Resolves with what was delivered once that are so many. */
  function deliveries(count: number): Promise<readonly string[]> {
    const { promise, resolve } = Promise.withResolvers<readonly string[]>();
    const messageIDs: string[] = [];
    delivered = (messageID) => {
      messageIDs.push(messageID);
      if (messageIDs.length === count) resolve(messageIDs);
    };
    return promise;
  }
  async function claimOne(): Promise<Job> {
    const [job] = await queue.claim(1, stopping.signal);
    assert.ok(job);
    return job;
  }

  for (const isSerial of [false, true]) {
    const order = isSerial ? "serial" : "concurrent";
    it(`makes five of them for a lone request, and none for nothing, where sessions are ${order}`, async () => {
      await open(isSerial);
      begin();
      await settle();
      for (const messageID of ["1", "2", "3"]) {
        const before = store.calls.items.length;
        const told = deliveries(1);
        await accept(messageID);
        await told;
        await settle();
        const calls = store.calls.items.slice(before).filter((call) => call !== "stats");
        assert.deepEqual(calls, ["insert", "claim", "answer", "take", "done"]);
      }
    });

    it(`asks again as long as more is there than one call brings, where sessions are ${order}`, async () => {
      await open(isSerial);
      const messageIDs = Array.from({ length: 40 }, (_, index) => String(index));
      const told = deliveries(messageIDs.length);
      await Promise.all(messageIDs.map(accept));
      begin(3);
      assert.deepEqual((await told).toSorted(), messageIDs.toSorted());
    });
  }

  it("takes anew what readers gave back, although nothing was left before", async () => {
    await open(false);
    const messageIDs = Array.from({ length: 40 }, (_, index) => String(index));
    await Promise.all(messageIDs.map(accept));
    for (const job of await queue.claim(40, stopping.signal)) await queue.answer(job, ok);
    /** Reads as many as were answered; none is acknowledged. */
    const read = async () => {
      const found: Delivery[] = [];
      for await (const delivery of queue.deliveries(stopping.signal)) {
        found.push(delivery);
        if (found.length === messageIDs.length) break;
      }
      return found;
    };
    for (const delivery of await read()) delivery.release();
    const again = await read();
    assert.deepEqual(again.map(({ messageID }) => messageID).toSorted(), messageIDs.toSorted());
  });

  it("claims anew what was given back, although nothing waited before", async () => {
    await open(false);
    await accept("1");
    const job = await claimOne();
    const again = claimOne();
    await settle();
    await queue.giveBack(job);
    assert.equal((await again).request.messageID, "1");
  });
});
