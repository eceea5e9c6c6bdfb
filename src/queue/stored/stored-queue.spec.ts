import assert from "node:assert/strict";
import { mock } from "node:test";
import { RecordingLogger } from "../../../test/fixtures/recording-logger.ts";
import { sqliteFiles, sqliteStore } from "../../../test/fixtures/sqlite-files.ts";
import { UnreliableStore } from "../../../test/fixtures/unreliable-store.ts";
import { ConfigurationError } from "../../errors/arena-error.ts";
import type { Answer, Delivery, Job, QueuedRequest } from "../request-queue.ts";
import { openSqliteArchive } from "../sqlite/open-sqlite-archive.ts";
import type { StoreChange } from "./queue-store.ts";
import { StoredQueue } from "./stored-queue.ts";

describe("StoredQueue", () => {
  const files = sqliteFiles();
  const never = new AbortController().signal;
  const ok: Answer = { text: '{"text":"yes","image":null}', outcome: "OK" };
  const no: Answer = { text: '{"error":"no"}', outcome: "UNAVAILABLE" };
  const retryForMs = 40;

  let file: string;
  let store: UnreliableStore;
  let say: (change: StoreChange) => void;
  let queue: StoredQueue;
  let readers: AbortController;

  async function open(changes: { retryForMs?: number; maxUndelivered?: number } = {}) {
    const limits = { maxSize: 100, maxUndelivered: 100, ...changes };
    file = files.file();
    const opened = new StoredQueue({
      ...{ retryForMs, isSerial: false, logger: new RecordingLogger() },
      ...limits,
      createStore: (onChange) => {
        say = onChange;
        store = new UnreliableStore(sqliteStore(file, { ...limits, onChange }));
        return store;
      },
    });
    await opened.start();
    // Its first upkeep is over.
    await store.calls.find((call) => call === "nextDeadline");
    await turn();
    return opened;
  }
  beforeEach(async () => {
    readers = new AbortController();
    queue = await open();
  });
  afterEach(async () => {
    readers.abort();
    comeBack();
    await queue.stop();
  });

  /** Whoever waits for the store tries again at once. */
  function comeBack(): void {
    store.isAway = false;
    say("anything");
  }
  /** The store is away, and the queue knows it. */
  async function goAway(): Promise<void> {
    store.isAway = true;
    await queue.stats();
    assert.equal(queue.isReachable, false);
  }
  function request(messageID: string, changes: Partial<QueuedRequest> = {}): QueuedRequest {
    const receivedAt = Date.now();
    return {
      ...{ modelID: "m", sessionID: "s", messageID, bytes: 100, receivedAt },
      input: { messages: [{ role: "user", content: messageID }] },
      deadline: receivedAt + 60_000,
      ...changes,
    };
  }
  async function claimOne(): Promise<Job> {
    const [job] = await queue.claim(1, never);
    assert.ok(job);
    return job;
  }
  async function answerOne(messageID: string): Promise<void> {
    await queue.accept(request(messageID));
    await queue.answer(await claimOne(), ok);
  }
  const reader = (signal = readers.signal) => queue.deliveries(signal)[Symbol.asyncIterator]();
  async function read(from: AsyncIterator<Delivery>): Promise<Delivery> {
    const next = await from.next();
    assert.ok(!next.done);
    return next.value;
  }
  /** Resolves when the store is called once more, under this name. */
  async function called(name: UnreliableStore["calls"]["items"][number]): Promise<void> {
    const before = store.calls.items.length;
    let place = 0;
    await store.calls.find((call) => place++ >= before && call === name);
  }
  const turn = () => new Promise((resolve) => setImmediate(resolve));

  describe("while its store is away", () => {
    it("takes a request when the store comes back within its patience", async () => {
      await queue.stop();
      queue = await open({ retryForMs: 60_000 });
      store.isAway = true;
      const accepted = queue.accept(request("1"));
      await called("insert");
      comeBack();
      assert.equal(await accepted, "accepted");
      assert.equal((await queue.stats()).size, 1);
    });

    it("says after its patience that it cannot take a request, and takes it later", async () => {
      store.isAway = true;
      assert.equal(await queue.accept(request("1")), "unavailable");
      comeBack();
      assert.equal(await queue.accept(request("1")), "accepted");
    });

    it("delivers a refusal to a stream of its own, once, and only then takes it for told", async () => {
      const stream = reader();
      const next = read(stream);
      await goAway();
      let isTold = false;
      const told = queue.refuse(request("1"), no, never).then(() => {
        isTold = true;
      });
      const delivery = await next;
      assert.deepEqual([delivery.messageID, delivery.answer], ["1", no]);
      assert.equal((await queue.stats()).undelivered, 0, "the last known figure");
      await turn();
      assert.equal(isTold, false);
      delivery.done();
      await told;
      comeBack();
      assert.equal((await queue.stats()).undelivered, 0);
    });

    it("keeps a refusal that a stream gave back for the next stream of its own", async () => {
      const leaves = new AbortController();
      const first = read(reader(leaves.signal));
      await goAway();
      const told = queue.refuse(request("1"), no, never);
      (await first).release();
      leaves.abort();
      const again = await read(reader());
      assert.equal(again.messageID, "1");
      again.done();
      await told;
    });

    it("brings a refusal to the store once that is back, for whoever reads there", async () => {
      await goAway();
      const told = queue.refuse(request("1"), no, never);
      await called("refuse");
      comeBack();
      await told;
      const { undelivered } = await queue.stats();
      assert.equal(undelivered, 1);
      await queue.stop();
      const after = await files.open({ file });
      const [taken] = await after.take("t", 9, false);
      assert.deepEqual([taken?.messageID, taken?.answer], ["1", no]);
    });

    it("counts the refusals that it keeps as undelivered, and has no room for too many", async () => {
      await queue.stop();
      queue = await open({ maxUndelivered: 2 });
      await goAway();
      const [first] = ["1", "2"].map((messageID) => queue.refuse(request(messageID), no, never));
      await called("refuse");
      await turn();
      const giveUp = new AbortController();
      let isOver = false;
      const third = queue.refuse(request("3"), no, giveUp.signal).then(() => {
        isOver = true;
      });
      await called("refuse");
      await turn();
      assert.equal(isOver, false);
      const stream = reader();
      (await read(stream)).done();
      await first;
      assert.equal((await read(stream)).messageID, "2");
      const last = await read(stream);
      assert.equal(last.messageID, "3");
      last.done();
      await third;
    });

    it("stores an answer when the store is back", async () => {
      await queue.accept(request("1"));
      const job = await claimOne();
      store.isAway = true;
      const stored = queue.answer(job, ok);
      await called("answer");
      await called("answer");
      comeBack();
      assert.equal(await stored, true);
      assert.equal((await read(reader())).messageID, "1");
    });

    it("remembers what was delivered until the store knows it", async () => {
      await answerOne("1");
      const delivery = await read(reader());
      store.isAway = true;
      delivery.done();
      await called("done");
      comeBack();
      await called("done");
      while (!queue.isReachable) await turn();
      assert.equal((await queue.stats()).undelivered, 0);
      assert.equal(await queue.accept(request("1")), "duplicate");
    });

    it("delivers what was taken before the outage, and goes on after it", async () => {
      await answerOne("1");
      await answerOne("2");
      const stream = reader();
      const first = await read(stream);
      store.isAway = true;
      const second = await read(stream);
      first.done();
      second.done();
      assert.equal(second.messageID, "2");
      const third = read(stream);
      await called("done");
      comeBack();
      await answerOne("3");
      assert.equal((await third).messageID, "3");
    });

    it("keeps metrics when the store is back", async () => {
      store.isAway = true;
      const kept = queue.keepMetrics("s", "{}");
      await called("keepMetrics");
      comeBack();
      await kept;
      const archive = openSqliteArchive(file);
      const metrics = await Array.fromAsync(archive.metrics(null));
      await archive.close();
      assert.deepEqual(
        metrics.map(({ sessionID, metrics: text }) => [sessionID, text]),
        [["s", "{}"]],
      );
    });

    it("tells the last known figures at once", async () => {
      await queue.accept(request("1"));
      const before = await queue.stats();
      await goAway();
      const asked = () => store.calls.items.filter((name) => name === "stats").length;
      const times = asked();
      assert.deepEqual({ ...(await queue.stats()), oldestAgeMs: 0 }, { ...before, oldestAgeMs: 0 });
      assert.equal(asked(), times);
    });

    it("tells figures also while the end of a delivery waits for the store", async () => {
      await answerOne("1");
      const delivery = await read(reader());
      store.isAway = true;
      delivery.done();
      assert.equal((await queue.stats()).undelivered, 0);
      assert.equal(queue.isReachable, false);
    });

    it("notices that the store is back although nobody calls it", async () => {
      await answerOne("1");
      store.isAway = true;
      const next = read(reader());
      await called("take");
      store.isAway = false;
      assert.equal((await next).messageID, "1");
      assert.equal(queue.isReachable, true);
    });

    it("gives up soon what it is still owed when it has to end", async () => {
      await answerOne("1");
      const delivery = await read(reader());
      await goAway();
      delivery.done();
      const kept = queue.keepMetrics("s", "{}");
      mock.timers.enable({ apis: ["Date"], now: Date.now() + 2000 });
      try {
        const stopped = assert.rejects(queue.stop(), /the store is away/);
        say("anything");
        await stopped;
        await kept;
      } finally {
        mock.timers.reset();
      }
      store.isAway = false;
      await store.stop();
      queue = await open();
    });
  });

  describe("whose store's word is lost", () => {
    it("stores a request once", async () => {
      store.loseAnswerOf("insert");
      assert.equal(await queue.accept(request("1")), "accepted");
      assert.equal(await queue.accept(request("1")), "duplicate");
      assert.equal((await queue.stats()).size, 1);
    });

    it("claims the same requests, and no more of them", async () => {
      for (const messageID of ["1", "2"]) await queue.accept(request(messageID));
      store.loseAnswerOf("claim");
      const jobs = await queue.claim(1, never);
      assert.deepEqual(
        jobs.map((job) => [job.request.messageID, job.attempt]),
        [["1", 1]],
      );
      assert.equal((await queue.stats()).size, 1);
    });

    it("knows that its answer is stored", async () => {
      await queue.accept(request("1"));
      store.loseAnswerOf("answer");
      assert.equal(await queue.answer(await claimOne(), ok), true);
      assert.equal((await queue.stats()).undelivered, 1);
    });

    it("delivers what it took", async () => {
      await answerOne("1");
      store.loseAnswerOf("take");
      const stream = reader();
      const next = read(stream);
      await called("take");
      comeBack();
      (await next).done();
      assert.equal((await queue.stats()).undelivered, 0);
    });

    it("ends a delivery once", async () => {
      await answerOne("1");
      store.loseAnswerOf("done");
      const stream = reader();
      (await read(stream)).done();
      await called("done");
      comeBack();
      await answerOne("2");
      assert.equal((await read(stream)).messageID, "2");
    });

    it("stores a refusal once", async () => {
      await queue.stop();
      queue = await open({ retryForMs: 60_000 });
      store.loseAnswerOf("refuse");
      await queue.refuse(request("1"), no, never);
      assert.equal((await queue.stats()).undelivered, 1);
    });

    it("gives a request back once", async () => {
      await queue.accept(request("1"));
      store.loseAnswerOf("giveBack");
      await queue.giveBack(await claimOne());
      assert.equal((await claimOne()).attempt, 1);
    });
  });

  it("gives back what a claim brings when nobody waits for it any more", async () => {
    await queue.accept(request("1"));
    const giveUp = new AbortController();
    const release = store.hold("claim");
    const isCalled = called("claim");
    const claim = queue.claim(1, giveUp.signal);
    await isCalled;
    giveUp.abort();
    release();
    assert.deepEqual(await claim, []);
    const job = await claimOne();
    assert.deepEqual([job.request.messageID, job.attempt], ["1", 1]);
  });

  it("does not deliver what it took before its lease was lost, but takes it again", async () => {
    for (const messageID of ["1", "2", "3"]) await answerOne(messageID);
    const stream = reader();
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
    await answerOne("1");
    await answerOne("2");
    const stream = reader();
    (await read(stream)).done();
    store.lease = { since: 0, until: 0 };
    const next = read(stream);
    await called("release");
    const takes = () => store.calls.items.filter((call) => call === "take").length;
    const before = takes();
    for (let rest = 10; rest > 0; rest--) await queue.stats();
    assert.equal(takes(), before);
    store.lease = { since: 0, until: Number.POSITIVE_INFINITY };
    say("anything");
    assert.equal((await next).messageID, "2");
  });

  it("does not forget a deadline that came while it asked the store for the earliest one", async () => {
    const release = store.hold("nextDeadline");
    const giveUp = new AbortController();
    await queue.accept(request("1", { deadline: Date.now() + 1 }));
    const [first] = await queue.claimExpired(never);
    assert.equal(first?.request.messageID, "1");
    // Its claim finds nothing, and so it asks for the next deadline.
    const expired = queue.claimExpired(giveUp.signal);
    await called("nextDeadline");
    await queue.accept(request("2", { deadline: Date.now() + 20 }));
    release();
    const [second] = await expired;
    assert.equal(second?.request.messageID, "2");
  });

  it("names what is wrong when the store cannot be used at its start", async () => {
    let whole: UnreliableStore | undefined;
    const broken = new StoredQueue({
      ...{ maxSize: 1, maxUndelivered: 1, isSerial: false, logger: new RecordingLogger() },
      createStore: () => {
        whole = new UnreliableStore(sqliteStore(files.file()));
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
