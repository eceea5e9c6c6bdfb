import assert from "node:assert/strict";
import { claimJob, read } from "../../../test/fixtures/queue-steps.ts";
import { ok, queuedRequest } from "../../../test/fixtures/store-rows.ts";
import {
  type UnreliableQueue,
  unreliableQueues,
} from "../../../test/fixtures/unreliable-queues.ts";
import type { UnreliableStore } from "../../../test/fixtures/unreliable-store.ts";
import { neverAborted } from "../../async/never-aborted.ts";
import type { StoredQueue } from "./stored-queue.ts";

describe("StoredQueue whose store lacks room for what is new", () => {
  const queues = unreliableQueues();
  const no = { text: "no", outcome: "UNAVAILABLE" } as const;
  let unreliable: UnreliableQueue;
  let queue: StoredQueue;
  let store: UnreliableStore;
  let healthChanges: number;

  beforeEach(async () => {
    healthChanges = 0;
    unreliable = await queues.open({ statsRetryForMs: 20, onHealth: () => healthChanges++ });
    ({ queue, store } = unreliable);
  });

  const accept = (messageID: string) => queue.accept(queuedRequest(messageID));
  const refuse = (messageID: string) =>
    queue.refuse({ sessionID: "s", messageID }, no, neverAborted);
  const next = () => read(unreliable.reader());

  it("refuses it at once, delivers the refusal, and goes on with what it has", async () => {
    await accept("1");
    store.isFull = true;
    assert.equal(await accept("2"), "unavailable");
    const refused = refuse("2");
    const first = await next();
    assert.deepEqual([first.messageID, first.answer], ["2", no]);
    first.done();
    await refused;
    assert.equal(await queue.answer(await claimJob(queue), ok), true);
    const second = await next();
    assert.equal(second.messageID, "1");
    second.done();
    assert.equal(queue.isReachable, true);
  });

  it("loses no refusal that nobody could take meanwhile", async () => {
    store.isFull = true;
    const refused = refuse("1");
    const delivery = await next();
    delivery.release();
    store.isFull = false;
    unreliable.say("anything");
    await refused;
    assert.equal((await next()).messageID, "1");
  });

  it("tells that the store's health has changed", () => {
    unreliable.say("health");
    assert.equal(healthChanges, 1);
  });

  it("says that metrics are not kept, and waits for nothing", async () => {
    store.isFull = true;
    await queue.keepMetrics("s", "{}");
    assert.ok(unreliable.logger.named("metrics are not kept: the store refuses them").length === 1);
  });

  it("tells what it knows when the store says nothing in time", async () => {
    await accept("1");
    assert.equal((await queue.stats()).size, 1);
    const goOn = store.hold("stats");
    await accept("2");
    assert.equal((await queue.stats()).size, 1);
    goOn();
    assert.equal((await queue.stats()).size, 2);
  });
});
