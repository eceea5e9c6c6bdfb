import assert from "node:assert/strict";
import { mock } from "node:test";
import { claimJob, read, runOne, watch } from "../../../test/fixtures/queue-steps.ts";
import { RecordingLogger } from "../../../test/fixtures/recording-logger.ts";
import { sqliteStore } from "../../../test/fixtures/sqlite-files.ts";
import { ok, queuedRequest } from "../../../test/fixtures/store-rows.ts";
import {
  type UnreliableQueue,
  unreliableQueues,
} from "../../../test/fixtures/unreliable-queues.ts";
import { UnreliableStore } from "../../../test/fixtures/unreliable-store.ts";
import { neverAborted } from "../../async/never-aborted.ts";
import { ConfigurationError } from "../../errors/arena-error.ts";
import type { Answer } from "../request-queue.ts";
import { openSqliteArchive } from "../sqlite/open-sqlite-archive.ts";
import { StoredQueue } from "./stored-queue.ts";

describe("StoredQueue", () => {
  const queues = unreliableQueues();
  const no: Answer = { text: '{"error":"no"}', outcome: "UNAVAILABLE" };
  let unreliable: UnreliableQueue;
  let store: UnreliableStore;
  let queue: StoredQueue;

  async function open(changes: { retryForMs?: number; maxUndelivered?: number } = {}) {
    unreliable = await queues.open({ retryForMs: 40, ...changes });
    ({ queue, store } = unreliable);
  }
  beforeEach(() => open());

  /** The store is away, and the queue knows it. */
  async function goAway(): Promise<void> {
    store.isAway = true;
    await queue.stats();
    assert.equal(queue.isReachable, false);
  }
  const turn = () => new Promise((resolve) => setImmediate(resolve));

  describe("while its store is away", () => {
    it("takes a request when the store comes back within its patience", async () => {
      await open({ retryForMs: 60_000 });
      store.isAway = true;
      const accepted = queue.accept(queuedRequest("1"));
      await unreliable.called("insert");
      unreliable.comeBack();
      assert.equal(await accepted, "accepted");
      assert.equal((await queue.stats()).size, 1);
    });

    it("says after its patience that it cannot take a request, and takes it later", async () => {
      store.isAway = true;
      assert.equal(await queue.accept(queuedRequest("1")), "unavailable");
      unreliable.comeBack();
      assert.equal(await queue.accept(queuedRequest("1")), "accepted");
    });

    it("delivers a refusal to a stream of its own, once, and only then takes it for told", async () => {
      const stream = unreliable.reader();
      const next = read(stream);
      await goAway();
      const told = queue.refuse(queuedRequest("1"), no, neverAborted);
      const watched = watch(told);
      const delivery = await next;
      assert.deepEqual([delivery.messageID, delivery.answer], ["1", no]);
      assert.equal((await queue.stats()).undelivered, 0, "the last known figure");
      await turn();
      assert.equal(watched.isOver, false);
      delivery.done();
      await told;
      unreliable.comeBack();
      assert.equal((await queue.stats()).undelivered, 0);
    });

    it("keeps a refusal that a stream gave back for the next stream of its own", async () => {
      const leaves = new AbortController();
      const first = read(unreliable.reader(leaves.signal));
      await goAway();
      const told = queue.refuse(queuedRequest("1"), no, neverAborted);
      (await first).release();
      leaves.abort();
      const again = await read(unreliable.reader());
      assert.equal(again.messageID, "1");
      again.done();
      await told;
    });

    it("brings a refusal to the store once that is back, for whoever reads there", async () => {
      await goAway();
      const told = queue.refuse(queuedRequest("1"), no, neverAborted);
      await unreliable.called("refuse");
      unreliable.comeBack();
      await told;
      const { undelivered } = await queue.stats();
      assert.equal(undelivered, 1);
      await queue.stop();
      const after = await queues.files.open({ file: unreliable.file });
      const [taken] = await after.take("t", 9, false);
      assert.deepEqual([taken?.messageID, taken?.answer], ["1", no]);
    });

    it("counts the refusals that it keeps as undelivered, and has no room for too many", async () => {
      await open({ maxUndelivered: 2 });
      await goAway();
      const [first] = ["1", "2"].map((messageID) =>
        queue.refuse(queuedRequest(messageID), no, neverAborted),
      );
      await unreliable.called("refuse");
      await turn();
      const giveUp = new AbortController();
      const third = queue.refuse(queuedRequest("3"), no, giveUp.signal);
      const watched = watch(third);
      await unreliable.called("refuse");
      await turn();
      assert.equal(watched.isOver, false);
      const stream = unreliable.reader();
      (await read(stream)).done();
      await first;
      assert.equal((await read(stream)).messageID, "2");
      const last = await read(stream);
      assert.equal(last.messageID, "3");
      last.done();
      await third;
    });

    it("stores an answer when the store is back", async () => {
      await queue.accept(queuedRequest("1"));
      const job = await claimJob(queue);
      store.isAway = true;
      const stored = queue.answer(job, ok);
      await unreliable.called("answer");
      await unreliable.called("answer");
      unreliable.comeBack();
      assert.equal(await stored, true);
      assert.equal((await read(unreliable.reader())).messageID, "1");
    });

    it("remembers what was delivered until the store knows it", async () => {
      await runOne(queue, "1");
      const delivery = await read(unreliable.reader());
      store.isAway = true;
      delivery.done();
      await unreliable.called("done");
      unreliable.comeBack();
      await unreliable.called("done");
      while (!queue.isReachable) await turn();
      assert.equal((await queue.stats()).undelivered, 0);
      assert.equal(await queue.accept(queuedRequest("1")), "duplicate");
    });

    it("delivers what was taken before the outage, and goes on after it", async () => {
      await runOne(queue, "1");
      await runOne(queue, "2");
      const stream = unreliable.reader();
      const first = await read(stream);
      store.isAway = true;
      const second = await read(stream);
      first.done();
      second.done();
      assert.equal(second.messageID, "2");
      const third = read(stream);
      await unreliable.called("done");
      unreliable.comeBack();
      await runOne(queue, "3");
      assert.equal((await third).messageID, "3");
    });

    it("keeps metrics when the store is back", async () => {
      store.isAway = true;
      const kept = queue.keepMetrics("s", "{}");
      await unreliable.called("keepMetrics");
      unreliable.comeBack();
      await kept;
      const archive = openSqliteArchive(unreliable.file);
      const metrics = await Array.fromAsync(archive.metrics(null));
      await archive.close();
      assert.deepEqual(
        metrics.map(({ sessionID, metrics: text }) => [sessionID, text]),
        [["s", "{}"]],
      );
    });

    it("tells the last known figures at once", async () => {
      await queue.accept(queuedRequest("1"));
      const before = await queue.stats();
      await goAway();
      const times = unreliable.callsOf("stats");
      assert.deepEqual({ ...(await queue.stats()), oldestAgeMs: 0 }, { ...before, oldestAgeMs: 0 });
      assert.equal(unreliable.callsOf("stats"), times);
    });

    it("tells figures also while the end of a delivery waits for the store", async () => {
      await runOne(queue, "1");
      const delivery = await read(unreliable.reader());
      store.isAway = true;
      delivery.done();
      assert.equal((await queue.stats()).undelivered, 0);
      assert.equal(queue.isReachable, false);
    });

    it("notices that the store is back although nobody calls it", async () => {
      await runOne(queue, "1");
      store.isAway = true;
      const next = read(unreliable.reader());
      await unreliable.called("take");
      store.isAway = false;
      assert.equal((await next).messageID, "1");
      assert.equal(queue.isReachable, true);
    });

    it("gives up soon what it is still owed when it has to end", async () => {
      await runOne(queue, "1");
      const delivery = await read(unreliable.reader());
      await goAway();
      delivery.done();
      const kept = queue.keepMetrics("s", "{}");
      mock.timers.enable({ apis: ["Date"], now: Date.now() + 2000 });
      try {
        const stopped = assert.rejects(queue.stop(), /the store is away/);
        unreliable.say("anything");
        await stopped;
        await kept;
      } finally {
        mock.timers.reset();
      }
      store.isAway = false;
      await store.stop();
    });
  });

  describe("whose store's word is lost", () => {
    it("claims the same requests, and no more of them", async () => {
      for (const messageID of ["1", "2"]) await queue.accept(queuedRequest(messageID));
      store.loseAnswerOf("claim");
      const jobs = await queue.claim(1, neverAborted);
      assert.deepEqual(
        jobs.map((job) => [job.request.messageID, job.attempt]),
        [["1", 1]],
      );
      assert.equal((await queue.stats()).size, 1);
    });

    it("knows that its answer is stored", async () => {
      await queue.accept(queuedRequest("1"));
      store.loseAnswerOf("answer");
      assert.equal(await queue.answer(await claimJob(queue), ok), true);
      assert.equal((await queue.stats()).undelivered, 1);
    });

    it("delivers what it took", async () => {
      await runOne(queue, "1");
      store.loseAnswerOf("take");
      const stream = unreliable.reader();
      const next = read(stream);
      await unreliable.called("take");
      unreliable.comeBack();
      (await next).done();
      assert.equal((await queue.stats()).undelivered, 0);
    });

    it("ends a delivery once", async () => {
      await runOne(queue, "1");
      store.loseAnswerOf("done");
      const stream = unreliable.reader();
      (await read(stream)).done();
      await unreliable.called("done");
      unreliable.comeBack();
      await runOne(queue, "2");
      assert.equal((await read(stream)).messageID, "2");
    });

    it("gives a request back once", async () => {
      await queue.accept(queuedRequest("1"));
      store.loseAnswerOf("giveBack");
      await queue.giveBack(await claimJob(queue));
      assert.equal((await claimJob(queue)).attempt, 1);
    });
  });

  it("gives back what a claim brings when nobody waits for it any more", async () => {
    await queue.accept(queuedRequest("1"));
    const giveUp = new AbortController();
    const release = store.hold("claim");
    const isCalled = unreliable.called("claim");
    const claim = queue.claim(1, giveUp.signal);
    await isCalled;
    giveUp.abort();
    release();
    assert.deepEqual(await claim, []);
    const job = await claimJob(queue);
    assert.deepEqual([job.request.messageID, job.attempt], ["1", 1]);
  });

  it("does not deliver what it took before its lease was lost, but takes it again", async () => {
    for (const messageID of ["1", "2", "3"]) await runOne(queue, messageID);
    const stream = unreliable.reader();
    (await read(stream)).done();
    // Another process may have had it since.
    store.lease = { since: Date.now() + 1, until: Number.POSITIVE_INFINITY };
    while (Date.now() < store.lease.since) await turn();
    const before = store.calls.items.length;
    const next = await read(stream);
    assert.equal(next.messageID, "2");
    const since = store.calls.items.slice(before).filter((call) => call !== "done");
    assert.deepEqual(since, ["release", "take"]);
    next.done();
    (await read(stream)).done();
    assert.equal((await queue.stats()).undelivered, 0);
  });

  it("delivers nothing from the store while its lease is over", async () => {
    await runOne(queue, "1");
    await runOne(queue, "2");
    const stream = unreliable.reader();
    (await read(stream)).done();
    store.lease = { since: 0, until: 0 };
    const next = read(stream);
    await unreliable.called("release");
    const before = unreliable.callsOf("take");
    for (let rest = 10; rest > 0; rest--) await queue.stats();
    assert.equal(unreliable.callsOf("take"), before);
    store.lease = { since: 0, until: Number.POSITIVE_INFINITY };
    unreliable.say("anything");
    assert.equal((await next).messageID, "2");
  });

  it("names what is wrong when the store cannot be used at its start", async () => {
    let whole: UnreliableStore | undefined;
    const broken = new StoredQueue({
      ...{ maxSize: 1, maxUndelivered: 1, isSerial: false, logger: new RecordingLogger() },
      createStore: () => {
        whole = new UnreliableStore(sqliteStore(queues.files.file()));
        whole.isAway = true;
        return whole;
      },
    });
    const started = broken.start();
    await whole?.calls.reached(1);
    const failed = assert.rejects(started, (error: Error) => {
      assert.ok(error instanceof ConfigurationError);
      assert.match(error.message, /QUEUE_URL.*the store is away/);
      return true;
    });
    await assert.rejects(broken.stop(), /the store is away/);
    await failed;
  });
});
