import assert from "node:assert/strict";
import { queuedRequest } from "../../../test/fixtures/store-rows.ts";
import {
  type UnreliableQueue,
  unreliableQueues,
} from "../../../test/fixtures/unreliable-queues.ts";
import type { UnreliableStore } from "../../../test/fixtures/unreliable-store.ts";
import { neverAborted } from "../../async/never-aborted.ts";
import type { Job } from "../request-queue.ts";
import type { StoredQueue } from "./stored-queue.ts";

describe("StoredQueue whose lease is over", () => {
  const queues = unreliableQueues();
  const held = { since: 0, until: Number.POSITIVE_INFINITY };
  let unreliable: UnreliableQueue;
  let store: UnreliableStore;
  let queue: StoredQueue;

  beforeEach(async () => {
    unreliable = await queues.open({ isSerial: true });
    ({ queue, store } = unreliable);
  });

  const accept = () => queue.accept(queuedRequest("1"));
  /** As upkeep does when it has renewed it. */
  function renew(since: number): void {
    store.lease = { ...held, since };
    unreliable.say("anything");
  }
  const attemptsOf = (jobs: readonly Job[]) =>
    jobs.map(({ request, attempt }) => [request.messageID, attempt]);

  it("begins nothing, and asks for nothing, until the lease is renewed", async () => {
    store.lease = { since: 0, until: 0 };
    await accept();
    const claim = queue.claim(1, neverAborted);
    await unreliable.settle();
    assert.equal(unreliable.callsOf("claim"), 0);
    renew(0);
    assert.deepEqual(attemptsOf(await claim), [["1", 1]]);
  });

  it("gives back what it heard of only when it was over, and begins it anew", async () => {
    await accept();
    const release = store.hold("claim");
    const claim = queue.claim(1, neverAborted);
    await store.calls.find((call) => call === "claim");
    store.lease = { since: 0, until: 0 };
    release();
    await store.calls.find((call) => call === "giveBack");
    await unreliable.settle();
    assert.deepEqual([unreliable.callsOf("claim"), (await queue.stats()).size], [1, 1]);
    renew(Date.now());
    assert.deepEqual(attemptsOf(await claim), [["1", 1]]);
  });

  it("gives back what it had claimed before the lease that it has now", async () => {
    await accept();
    const release = store.hold("claim");
    const claim = queue.claim(1, neverAborted);
    await store.calls.find((call) => call === "claim");
    store.lease = { ...held, since: Date.now() + 1 };
    while (Date.now() < store.lease.since) await unreliable.settle();
    release();
    assert.deepEqual(attemptsOf(await claim), [["1", 1]]);
    assert.ok(store.calls.items.includes("giveBack"));
  });

  it("still answers what is late", async () => {
    store.lease = { since: 0, until: 0 };
    await queue.accept(queuedRequest("1", { deadline: Date.now() + 1 }));
    assert.deepEqual(attemptsOf(await queue.claimExpired(neverAborted)), [["1", 1]]);
  });
});
