import assert from "node:assert/strict";
import { setTimeout as sleep } from "node:timers/promises";
import { neverAborted as never } from "../../src/async/never-aborted.ts";
import type { Job, RequestQueue } from "../../src/queue/request-queue.ts";
import { claimJob, read, runOne, watch } from "../fixtures/queue-steps.ts";
import { idsOf, messageIDsOf, ok, queuedRequest as request } from "../fixtures/store-rows.ts";

/** What a contract test may ask of the queue that it gets. */
export interface QueueUnderTestOptions {
  readonly maxSize: number;
  readonly sessionOrder: "concurrent" | "serial";
  /** Answers that may lie undelivered. */
  readonly maxUndelivered: number;
}

/** Makes an empty queue of the kind under test, and ends it. */
export interface QueueFactory {
  create(options: QueueUnderTestOptions): Promise<RequestQueue>;
  dispose(queue: RequestQueue): Promise<void>;
}

/** Every implementation of RequestQueue passes these. */
export function describeRequestQueue(kind: string, factory: QueueFactory): void {
  describe(`${kind} as a request queue`, () => {
    let queue: RequestQueue;
    let readers: AbortController;

    const open = (changes: Partial<QueueUnderTestOptions> = {}) => {
      const limits = { maxSize: 100, maxUndelivered: 100 };
      return factory.create({ ...limits, sessionOrder: "concurrent", ...changes });
    };
    const make = async (changes: Partial<QueueUnderTestOptions>) => {
      await factory.dispose(queue);
      queue = await open(changes);
    };
    const claimOne = () => claimJob(queue);
    const reader = () => queue.deliveries(readers.signal)[Symbol.asyncIterator]();
    const answerOne = (messageID: string) =>
      runOne(queue, messageID, { answer: { ...ok, text: messageID } });

    beforeEach(async () => {
      readers = new AbortController();
      queue = await open();
    });
    afterEach(async () => {
      readers.abort();
      await factory.dispose(queue);
    });

    it("hands requests out once, in the order of their arrival, with all that came with them", async () => {
      const first = request("1");
      await queue.accept(first);
      await queue.accept(request("2"));
      await queue.accept(request("3"));
      const jobs = await queue.claim(2, never);
      assert.deepEqual(idsOf(jobs), ["1", "2"]);
      assert.deepEqual(jobs[0]?.request, first);
      assert.deepEqual(idsOf(await queue.claim(5, never)), ["3"]);
    });

    it("wakes a claim that waits when a request arrives", async () => {
      const claim = queue.claim(1, never);
      await queue.accept(request("1"));
      assert.deepEqual(idsOf(await claim), ["1"]);
    });

    it("ends a claim that waits when its signal aborts", async () => {
      const giveUp = new AbortController();
      const claim = queue.claim(1, giveUp.signal);
      giveUp.abort();
      assert.deepEqual(await claim, []);
    });

    it("says full beyond its size, and takes requests again when one has left", async () => {
      await make({ maxSize: 2 });
      assert.equal(await queue.accept(request("1")), "accepted");
      assert.equal(await queue.accept(request("2")), "accepted");
      assert.equal(await queue.accept(request("3")), "full");
      await claimOne();
      assert.equal(await queue.accept(request("3")), "accepted");
    });

    it("ARENA-11 takes the same request once while it waits and while it runs", async () => {
      await queue.accept(request("1"));
      assert.equal(await queue.accept(request("1")), "duplicate");
      await claimOne();
      assert.equal(await queue.accept(request("1")), "duplicate");
      assert.equal((await queue.stats()).size, 0);
    });

    it("ARENA-11 takes the same messageID of another session, and the same letters cut elsewhere", async () => {
      await queue.accept(request("12", { sessionID: "s" }));
      assert.equal(await queue.accept(request("12", { sessionID: "t" })), "accepted");
      assert.equal(await queue.accept(request("2", { sessionID: "s1" })), "accepted");
    });

    it("ARENA-11 delivers the stored answer again when a delivered request comes again", async () => {
      await answerOne("1");
      const stream = reader();
      const first = await read(stream);
      first.done();
      assert.equal(await queue.accept(request("1")), "duplicate");
      const second = await read(stream);
      assert.deepEqual(second.answer, first.answer);
      assert.deepEqual([first.repeated, second.repeated], [false, true]);
      assert.equal((await queue.stats()).size, 0);
    });

    it("ARENA-11 delivers again, once acknowledged, what was under way when the request came again", async () => {
      await answerOne("1");
      const stream = reader();
      const first = await read(stream);
      assert.equal(await queue.accept(request("1")), "duplicate");
      assert.equal(await queue.accept(request("1")), "duplicate");
      assert.equal((await queue.stats()).undelivered, 1);
      first.done();
      const second = await read(stream);
      assert.deepEqual([second.messageID, second.repeated], ["1", true]);
      second.done();
      assert.equal((await queue.stats()).undelivered, 0);
    });

    it("ARENA-11 delivers once what was released when the request came again", async () => {
      await answerOne("1");
      const first = await read(reader());
      await queue.accept(request("1"));
      first.release();
      (await read(reader())).done();
      assert.equal((await queue.stats()).undelivered, 0);
    });

    it("ARENA-11 delivers once what nobody had read yet when the request came again", async () => {
      await answerOne("1");
      await queue.accept(request("1"));
      (await read(reader())).done();
      assert.equal((await queue.stats()).undelivered, 0);
    });

    it("ARENA-11 never deduplicates an empty messageID", async () => {
      assert.equal(await queue.accept(request("")), "accepted");
      assert.equal(await queue.accept(request("")), "accepted");
      await answerOne("");
      assert.equal((await queue.claim(5, never)).length, 2);
    });

    it("takes a request again that was refused before", async () => {
      await make({ maxSize: 1 });
      await queue.accept(request("1"));
      assert.equal(await queue.accept(request("2")), "full");
      await queue.refuse(request("2"), { text: "full", outcome: "RESOURCE_EXHAUSTED" }, never);
      await claimOne();
      assert.equal(await queue.accept(request("2")), "accepted");
    });

    it("stores one answer for a request: a second attempt changes nothing", async () => {
      await queue.accept(request("1"));
      const job = await claimOne();
      assert.equal(await queue.answer(job, { ...ok, text: "first" }), true);
      assert.equal(await queue.answer(job, { ...ok, text: "second" }), false);
      const stream = reader();
      assert.equal((await read(stream)).answer.text, "first");
      assert.equal((await queue.stats()).undelivered, 1);
    });

    it("delivers answers in the order in which they were made, with ids, outcome and times", async () => {
      await queue.accept(request("1"));
      await queue.accept(request("2"));
      const [first, second] = await queue.claim(2, never);
      assert.ok(first && second);
      await queue.answer(second, ok);
      await queue.answer(first, { text: "no", outcome: "INTERNAL" });
      const stream = reader();
      const deliveries = [await read(stream), await read(stream)];
      assert.deepEqual(messageIDsOf(deliveries), ["2", "1"]);
      assert.deepEqual(
        deliveries.map((delivery) => delivery.answer.outcome),
        ["OK", "INTERNAL"],
      );
      const times = deliveries[0]?.times;
      assert.ok(times?.claimedAt);
      assert.ok(times.receivedAt <= times.claimedAt && times.claimedAt <= times.answeredAt);
    });

    it("ARENA-16 keeps answers while nobody reads, and wakes a reader that waits", async () => {
      await answerOne("1");
      const stream = reader();
      assert.equal((await read(stream)).messageID, "1");
      const next = read(stream);
      await answerOne("2");
      assert.equal((await next).messageID, "2");
    });

    it("ARENA-17 gives each answer to one of several readers", async () => {
      const streams = [reader(), reader(), reader()];
      const reads = streams.map(read);
      for (const messageID of ["1", "2", "3"]) await answerOne(messageID);
      const got = (await Promise.all(reads)).map((delivery) => delivery.messageID);
      assert.deepEqual(got.toSorted(), ["1", "2", "3"]);
    });

    it("ARENA-17 gives what a reader released to the next one, in its old order, before newer answers", async () => {
      for (const messageID of ["1", "2", "3", "4"]) await answerOne(messageID);
      const broken = reader();
      const [first, second, third] = [await read(broken), await read(broken), await read(broken)];
      second.done();
      third.release();
      first.release();
      const next = reader();
      const order = [await read(next), await read(next), await read(next)];
      assert.deepEqual(messageIDsOf(order), ["1", "3", "4"]);
    });

    it("ARENA-17 gives to the next reader once more what the last one may not have read", async () => {
      for (const messageID of ["1", "2", ""]) await answerOne(messageID);
      const broken = reader();
      const deliveries = [await read(broken), await read(broken), await read(broken)];
      for (const delivery of deliveries) delivery.done();
      assert.equal((await queue.stats()).undelivered, 0);
      for (const delivery of deliveries) delivery.again();
      const next = reader();
      const again = [await read(next), await read(next), await read(next)];
      assert.deepEqual(
        again.map(({ messageID, answer, repeated }) => [messageID, answer.text, repeated]),
        ["1", "2", ""].map((messageID) => [messageID, messageID, true]),
      );
      for (const delivery of again) delivery.done();
      assert.equal((await queue.stats()).undelivered, 0);
    });

    it("ARENA-11 delivers once what goes out once more when its request comes again, too", async () => {
      for (const messageID of ["1", "2"]) await answerOne(messageID);
      const broken = reader();
      const [first, second] = [await read(broken), await read(broken)];
      first.done();
      second.done();
      assert.equal((await queue.stats()).undelivered, 0);
      first.again();
      assert.equal(await queue.accept(request("1")), "duplicate");
      assert.equal(await queue.accept(request("2")), "duplicate");
      second.again();
      const next = reader();
      const again = [await read(next), await read(next)];
      assert.deepEqual(
        again.map(({ messageID, repeated }) => [messageID, repeated]),
        [
          ["1", true],
          ["2", true],
        ],
      );
      for (const delivery of again) delivery.done();
      assert.equal((await queue.stats()).undelivered, 0);
      assert.equal(await queue.accept(request("1")), "duplicate");
      assert.equal((await read(next)).messageID, "1");
    });

    it("ends a delivery once, whatever its reader calls afterwards", async () => {
      for (const messageID of ["1", "2"]) await answerOne(messageID);
      const stream = reader();
      const [first, second] = [await read(stream), await read(stream)];
      first.done();
      first.release();
      first.done();
      second.release();
      second.done();
      second.release();
      assert.equal((await queue.stats()).undelivered, 1);
      const again = await read(reader());
      assert.deepEqual([again.messageID, again.repeated], ["2", false]);
      again.done();
      assert.equal((await queue.stats()).undelivered, 0);
    });

    it("ends its readers when their signal aborts, and loses nothing by it", async () => {
      const waiting = reader().next();
      readers.abort();
      assert.equal((await waiting).done, true);
      readers = new AbortController();
      await answerOne("1");
      assert.equal((await read(reader())).messageID, "1");
    });

    it("ARENA-9 delivers refusals among the answers", async () => {
      await queue.refuse(request("9"), { text: "no", outcome: "INVALID_ARGUMENT" }, never);
      const delivery = await read(reader());
      assert.deepEqual([delivery.sessionID, delivery.messageID], ["s", "9"]);
      assert.equal(delivery.answer.outcome, "INVALID_ARGUMENT");
      assert.equal(delivery.times.claimedAt, null);
    });

    it("begins no work and holds refusals back while too many answers lie undelivered", async () => {
      await make({ maxUndelivered: 2 });
      await answerOne("1");
      await queue.accept(request("waits"));
      await queue.refuse(request("2"), ok, never);
      assert.equal(await queue.accept(request("3")), "full");
      const refusal = queue.refuse(request("3"), ok, never);
      const watched = watch(refusal);
      const claim = queue.claim(1, never);
      await sleep(5);
      const { undelivered, pending } = await queue.stats();
      assert.deepEqual([watched.isOver, undelivered, pending], [false, 2, 0]);
      const stream = reader();
      (await read(stream)).done();
      await refusal;
      (await read(stream)).done();
      assert.deepEqual(idsOf(await claim), ["waits"]);
      assert.equal((await read(stream)).messageID, "3");
    });

    it("forgets a refusal that was held back when its caller gives up", async () => {
      await make({ maxUndelivered: 1 });
      await answerOne("1");
      const giveUp = new AbortController();
      const refusal = queue.refuse(request("2"), ok, giveUp.signal);
      giveUp.abort();
      await refusal;
      const stream = reader();
      (await read(stream)).done();
      assert.equal((await queue.stats()).undelivered, 0);
    });

    it("hands out requests whose deadline passed while they waited, and no others", async () => {
      await queue.accept(request("1", { deadline: Date.now() + 20 }));
      await queue.accept(request("2"));
      assert.deepEqual(idsOf(await queue.claimExpired(never)), ["1"]);
      assert.deepEqual(idsOf(await queue.claim(5, never)), ["2"]);
    });

    it("watches requests that arrive after it began to watch", async () => {
      const giveUp = new AbortController();
      const expired = queue.claimExpired(giveUp.signal);
      await queue.accept(request("1", { deadline: Date.now() + 20 }));
      assert.deepEqual(idsOf(await expired), ["1"]);
      const later = queue.claimExpired(giveUp.signal);
      giveUp.abort();
      assert.deepEqual(await later, []);
    });

    it("does not call a request expired that is being worked on", async () => {
      await queue.accept(request("1", { deadline: Date.now() + 100 }));
      await claimOne();
      await queue.accept(request("2", { deadline: Date.now() + 120 }));
      assert.deepEqual(idsOf(await queue.claimExpired(never)), ["2"]);
    });

    it("hands out everything that waits when the server stops", async () => {
      await make({ sessionOrder: "serial" });
      for (const messageID of ["1", "2", "3"]) await queue.accept(request(messageID));
      await claimOne();
      assert.deepEqual(idsOf(await queue.claimAll()), ["2", "3"]);
      assert.equal((await queue.stats()).size, 0);
    });

    it("ARENA-10 runs a serial session's requests one after the other, and sessions side by side", async () => {
      await make({ sessionOrder: "serial" });
      for (const sessionID of ["a", "b"]) {
        for (const messageID of ["1", "2"]) await queue.accept(request(messageID, { sessionID }));
      }
      const jobs = await queue.claim(10, never);
      const names = (some: readonly Job[]) =>
        some.map(({ request: r }) => r.sessionID + r.messageID);
      assert.deepEqual(names(jobs), ["a1", "b1"]);
      const [a1] = jobs;
      assert.ok(a1);
      await queue.answer(a1, ok);
      assert.deepEqual(names(await queue.claim(10, never)), ["a2"]);
    });

    it("ARENA-10 goes on with a serial session when one that waited its turn expired", async () => {
      await make({ sessionOrder: "serial" });
      await queue.accept(request("1"));
      const running = await claimOne();
      await queue.accept(request("2", { deadline: Date.now() + 10 }));
      await queue.accept(request("3"));
      const [expired] = await queue.claimExpired(never);
      assert.ok(expired);
      assert.equal(expired.request.messageID, "2");
      await queue.answer(expired, ok);
      assert.equal((await queue.stats()).size, 1);
      await queue.answer(running, ok);
      assert.deepEqual(idsOf(await queue.claim(10, never)), ["3"]);
    });

    it("knows how much waits, runs and lies undelivered, and for how long", async () => {
      assert.deepEqual(await queue.stats(), {
        size: 0,
        pending: 0,
        undelivered: 0,
        oldestAgeMs: 0,
        overdue: 0,
      });
      await queue.accept(request("1", { receivedAt: Date.now() - 5000 }));
      await queue.accept(request("2", { receivedAt: Date.now() - 3000 }));
      assert.ok((await queue.stats()).oldestAgeMs >= 5000);
      const job = await claimOne();
      assert.ok((await queue.stats()).oldestAgeMs < 5000);
      await queue.answer(job, ok);
      await claimOne();
      const { size, pending, undelivered } = await queue.stats();
      assert.deepEqual({ size, pending, undelivered }, { size: 0, pending: 1, undelivered: 1 });
    });

    it("counts requests that have no answer long after their deadline", async () => {
      const deadline = Date.now() - 3_600_000;
      await queue.accept(request("1", { deadline }));
      assert.equal((await queue.stats()).overdue, 1);
      await queue.claimAll();
      assert.equal((await queue.stats()).overdue, 1);
    });

    it("watches deadlines also of what waits because too much lies undelivered", async () => {
      await make({ maxUndelivered: 1 });
      await queue.accept(request("1", { deadline: Date.now() + 50 }));
      await queue.refuse(request("2"), ok, never);
      const giveUp = new AbortController();
      const [claim, expired] = [queue.claim(1, giveUp.signal), queue.claimExpired(never)];
      assert.deepEqual(idsOf(await expired), ["1"]);
      giveUp.abort();
      assert.deepEqual(await claim, []);
    });

    it("ARENA-11 takes only what it knows once it is closed", async () => {
      await answerOne("1");
      queue.close();
      assert.equal(await queue.accept(request("1")), "duplicate");
      assert.equal(await queue.accept(request("2")), "closed");
    });

    it("tells when nothing waits or runs, and when everything is delivered", async () => {
      await queue.onIdle(never);
      await queue.onDelivered(never);
      await queue.accept(request("1"));
      const order: string[] = [];
      const idle = queue.onIdle(never).then(() => order.push("idle"));
      const delivered = queue.onDelivered(never).then(() => order.push("nothing undelivered"));
      await delivered;
      await queue.answer(await claimOne(), ok);
      await idle;
      const empty = queue.onDelivered(never).then(() => order.push("delivered"));
      (await read(reader())).done();
      await empty;
      assert.deepEqual(order, ["nothing undelivered", "idle", "delivered"]);
    });

    it("gives up telling when the signal aborts", async () => {
      await answerOne("1");
      await queue.accept(request("2"));
      const giveUp = new AbortController();
      const waits = [queue.onIdle(giveUp.signal), queue.onDelivered(giveUp.signal)];
      giveUp.abort();
      await Promise.all(waits);
    });
  });
}
