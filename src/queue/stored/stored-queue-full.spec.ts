import assert from "node:assert/strict";
import { RecordingLogger } from "../../../test/fixtures/recording-logger.ts";
import { sqliteFiles, sqliteStore } from "../../../test/fixtures/sqlite-files.ts";
import { UnreliableStore } from "../../../test/fixtures/unreliable-store.ts";
import { neverAborted } from "../../async/never-aborted.ts";
import type { Delivery, QueuedRequest } from "../request-queue.ts";
import type { StoreChange } from "./queue-store.ts";
import { StoredQueue } from "./stored-queue.ts";

describe("StoredQueue whose store lacks room for what is new", () => {
  const files = sqliteFiles();
  let queue: StoredQueue;
  let store: UnreliableStore;
  let change: (change: StoreChange) => void;
  let readers: AbortController;
  let logger: RecordingLogger;
  let healthChanges: number;
  const refusal = { text: "no", outcome: "UNAVAILABLE" } as const;

  beforeEach(async () => {
    readers = new AbortController();
    logger = new RecordingLogger();
    healthChanges = 0;
    const limits = { maxSize: 100, maxUndelivered: 100 };
    queue = new StoredQueue({
      ...{ ...limits, isSerial: false, logger, statsRetryForMs: 20 },
      onHealth: () => healthChanges++,
      createStore: (onChange) => {
        change = onChange;
        store = new UnreliableStore(sqliteStore(files.file(), { ...limits, onChange }));
        return store;
      },
    });
    await queue.start();
  });
  afterEach(async () => {
    readers.abort();
    await queue.stop();
  });

  function request(messageID: string): QueuedRequest {
    const receivedAt = Date.now();
    return {
      ...{ modelID: "m", sessionID: "s", messageID, bytes: 100, receivedAt },
      input: { messages: [{ role: "user", content: messageID }] },
      deadline: receivedAt + 60_000,
    };
  }
  async function next(): Promise<Delivery> {
    for await (const delivery of queue.deliveries(readers.signal)) return delivery;
    throw new Error("no answer came");
  }

  it("refuses it at once, delivers the refusal, and goes on with what it has", async () => {
    await queue.accept(request("1"));
    store.isFull = true;
    assert.equal(await queue.accept(request("2")), "unavailable");
    const refused = queue.refuse({ sessionID: "s", messageID: "2" }, refusal, neverAborted);
    const first = await next();
    assert.deepEqual([first.messageID, first.answer], ["2", refusal]);
    first.done();
    await refused;
    const [job] = await queue.claim(1, neverAborted);
    assert.ok(job);
    assert.equal(await queue.answer(job, { text: "yes", outcome: "OK" }), true);
    const second = await next();
    assert.equal(second.messageID, "1");
    second.done();
    assert.equal(queue.isReachable, true);
  });

  it("loses no refusal that nobody could take meanwhile", async () => {
    store.isFull = true;
    const refused = queue.refuse({ sessionID: "s", messageID: "1" }, refusal, neverAborted);
    const delivery = await next();
    delivery.release();
    store.isFull = false;
    change("anything");
    await refused;
    assert.equal((await next()).messageID, "1");
  });

  it("tells that the store's health has changed", () => {
    change("health");
    assert.equal(healthChanges, 1);
  });

  it("says that metrics are not kept, and waits for nothing", async () => {
    store.isFull = true;
    await queue.keepMetrics("s", "{}");
    assert.ok(logger.named("metrics are not kept: the store refuses them").length === 1);
  });

  it("tells what it knows when the store says nothing in time", async () => {
    await queue.accept(request("1"));
    assert.equal((await queue.stats()).size, 1);
    const goOn = store.hold("stats");
    await queue.accept(request("2"));
    assert.equal((await queue.stats()).size, 1);
    goOn();
    assert.equal((await queue.stats()).size, 2);
  });
});
