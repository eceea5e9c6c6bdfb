import assert from "node:assert/strict";
import { Collected } from "../../../test/fixtures/collected.ts";
import { watch } from "../../../test/fixtures/queue-steps.ts";
import { arrival, idsOf, messageIDsOf, queuedRequest } from "../../../test/fixtures/store-rows.ts";
import {
  type UnreliableQueue,
  unreliableQueues,
} from "../../../test/fixtures/unreliable-queues.ts";
import type { UnreliableStore } from "../../../test/fixtures/unreliable-store.ts";
import { neverAborted } from "../../async/never-aborted.ts";
import type { AcceptOutcome, Answer, Delivery } from "../request-queue.ts";
import type { StoredQueue } from "./stored-queue.ts";

describe("StoredQueue whose store went away with a request", () => {
  const queues = unreliableQueues();
  const limits = { maxSize: 2, maxUndelivered: 100 };
  let unreliable: UnreliableQueue;
  let store: UnreliableStore;
  let queue: StoredQueue;

  async function open(patience: { doubtMs: number }): Promise<void> {
    unreliable = await queues.open({ ...limits, retryForMs: 20, ...patience, maxBytes: 1000 });
    ({ queue, store } = unreliable);
  }
  const accept = (messageID: string, bytes = 100) =>
    queue.accept(queuedRequest(messageID, { bytes }));
  /** The next insert ends without a word, done or not, and then the store is away. */
  async function goAwayWith(messageID: string, isDone: boolean): Promise<Promise<AcceptOutcome>> {
    if (isDone) store.loseAnswerOf("insert");
    else store.loseNext("insert");
    const before = store.calls.items.length;
    const outcome = accept(messageID);
    await inserts(before, 1);
    store.isAway = true;
    return outcome;
  }
  const inserts = (from: number, count: number) => unreliable.called("insert", { from, count });

  for (const isDone of [true, false]) {
    const what = isDone ? "has it" : "has it not";
    it(`waits longer than for others, and takes it once, when the store ${what}`, async () => {
      await open({ doubtMs: 60_000 });
      const outcome = goAwayWith("1", isDone);
      const watched = watch(outcome);
      await inserts(0, 3);
      assert.equal(await accept("2"), "unavailable");
      assert.equal(watched.isOver, false);
      store.isAway = false;
      assert.equal(await outcome, "accepted");
      assert.deepEqual(idsOf(await queue.claim(9, neverAborted)), ["1"]);
    });
  }

  it("lets a worker that waits have it once it is known", async () => {
    await open({ doubtMs: 60_000 });
    const outcome = goAwayWith("1", false);
    await inserts(0, 3);
    // The worker's claim comes to the store before the insert does.
    const claim = queue.claim(1, neverAborted);
    store.loseNext("insert");
    store.isAway = false;
    assert.equal(await outcome, "accepted");
    assert.equal((await claim)[0]?.request.messageID, "1");
  });

  it("says at last that nobody knows, also when each later attempt surely failed", async () => {
    await open({ doubtMs: 100 });
    assert.equal(await goAwayWith("1", true), "unknown");
    store.isAway = false;
    assert.equal(await accept("1"), "duplicate");
  });

  it("says so in time although the store says nothing at all", async () => {
    await open({ doubtMs: 300 });
    const outcome = goAwayWith("1", true);
    await inserts(0, 2);
    const goOn = store.hold("insert");
    store.isAway = false;
    assert.equal(await outcome, "unknown");
    goOn();
  });

  it("does not know what becomes of it when there is no room for it any more", async () => {
    await open({ doubtMs: 60_000 });
    const outcome = goAwayWith("1", false);
    await inserts(0, 3);
    await unreliable.realStore.insert([arrival("2"), arrival("3")], limits, false);
    store.isAway = false;
    assert.equal(await outcome, "unknown");
  });

  describe("that is refused", () => {
    const no: Answer = { text: '{"error":"no"}', outcome: "UNAVAILABLE" };
    const key = { sessionID: "s", messageID: "1" };
    let leaves: AbortController;
    let deliveries: Collected<Delivery>;
    beforeEach(() => {
      leaves = new AbortController();
      deliveries = new Collected();
    });
    afterEach(() => leaves.abort());

    async function listen(): Promise<void> {
      for await (const delivery of queue.deliveries(leaves.signal)) {
        deliveries.add(delivery);
        delivery.done();
      }
    }
    const refusals = (from: number, count: number) => unreliable.called("refuse", { from, count });
    /** Whoever was refused has heard of it as often as this. */
    async function isHeardOf(times: number): Promise<void> {
      await deliveries.reached(times);
      await queue.onDelivered(neverAborted);
      assert.deepEqual(
        deliveries.items.map(({ messageID, answer }) => [messageID, answer]),
        Array.from({ length: times }, () => ["1", no]),
      );
    }

    for (const isDone of [true, false]) {
      const what = isDone ? "has the refusal" : "does not have it";
      it(`hears of it once, when it is known whether the store ${what}`, async () => {
        await open({ doubtMs: 60_000 });
        void listen();
        if (isDone) store.loseAnswerOf("refuse");
        else store.loseNext("refuse");
        const told = queue.refuse(key, no, neverAborted);
        await refusals(0, 1);
        store.isAway = true;
        await refusals(0, 3);
        // One that comes later is surely not there, and goes out soon.
        await queue.refuse({ ...key, messageID: "2" }, no, neverAborted);
        assert.deepEqual(messageIDsOf(deliveries.items), ["2"]);
        deliveries = new Collected();
        store.isAway = false;
        await told;
        await isHeardOf(1);
      });
    }

    it("hears of it once, although it lay here before the store went away with it", async () => {
      await open({ doubtMs: 100 });
      store.isAway = true;
      await queue.stats();
      const told = queue.refuse(key, no, neverAborted);
      await queue.stats();
      store.loseAnswerOf("refuse");
      const before = store.calls.items.length;
      store.isAway = false;
      unreliable.say("anything");
      await refusals(before, 1);
      store.isAway = true;
      await refusals(before, 4);
      store.isAway = false;
      unreliable.say("anything");
      await told;
      void listen();
      await isHeardOf(1);
    });
  });

  it("lets no more bytes wait than may run", async () => {
    await open({ doubtMs: 60_000 });
    store.loseNext("insert");
    // They go together.
    const [first, second] = [accept("1", 1000), accept("2", 1)];
    await inserts(0, 1);
    store.isAway = true;
    assert.equal(await second, "unknown");
    store.isAway = false;
    assert.equal(await first, "accepted");
  });
});
