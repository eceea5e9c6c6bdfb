import assert from "node:assert/strict";
import { claimJob, watch } from "../../../test/fixtures/queue-steps.ts";
import { idsOf, ok, queuedRequest } from "../../../test/fixtures/store-rows.ts";
import {
  type UnreliableQueue,
  unreliableQueues,
} from "../../../test/fixtures/unreliable-queues.ts";
import { neverAborted } from "../../async/never-aborted.ts";
import type { StoredQueue } from "./stored-queue.ts";

describe("StoredQueue and the memory of what runs", () => {
  const queues = unreliableQueues();
  const mebi = 2 ** 20;
  let unreliable: UnreliableQueue;
  let queue: StoredQueue;

  beforeEach(async () => {
    unreliable = await queues.open({ maxBytes: 20 * mebi });
    ({ queue } = unreliable);
  });

  const accept = (messageID: string, bytes: number) =>
    queue.accept(queuedRequest(messageID, { bytes }));

  it("begins no further request while those that run take their room, until one is answered", async () => {
    for (const messageID of ["1", "2", "3"]) await accept(messageID, 12 * mebi);
    const first = await claimJob(queue);
    await claimJob(queue);
    const claim = queue.claim(9, neverAborted);
    const third = watch(claim);
    await unreliable.settle();
    assert.equal(third.value, null);
    const { size, pending } = await queue.stats();
    assert.deepEqual([size, pending], [1, 2]);
    await queue.answer(first, ok);
    assert.deepEqual(idsOf(await claim), ["3"]);
  });

  it("begins a request when one that takes room is given back", async () => {
    for (const messageID of ["1", "2"]) await accept(messageID, 30 * mebi);
    const first = await claimJob(queue);
    const claim = queue.claim(1, neverAborted);
    await unreliable.settle();
    await queue.giveBack(first);
    assert.deepEqual(idsOf(await claim), ["1"]);
  });

  it("runs a request that alone is larger than the room, and many small ones at once", async () => {
    await accept("1", 100 * mebi);
    await queue.answer(await claimJob(queue), ok);
    for (const messageID of ["2", "3", "4"]) await accept(messageID, 100);
    assert.equal((await queue.claim(9, neverAborted)).length, 3);
  });

  it("ends the waiting for room with its caller, and answers what is late meanwhile", async () => {
    await accept("1", 30 * mebi);
    await claimJob(queue);
    const giveUp = new AbortController();
    const claim = queue.claim(1, giveUp.signal);
    await queue.accept(queuedRequest("late", { deadline: Date.now() + 1 }));
    assert.deepEqual(idsOf(await queue.claimExpired(neverAborted)), ["late"]);
    giveUp.abort();
    assert.deepEqual(await claim, []);
  });
});
