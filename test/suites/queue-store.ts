import assert from "node:assert/strict";
import type { SessionArchive } from "../../src/queue/archive/session-archive.ts";
import type { Answer } from "../../src/queue/request-queue.ts";
import {
  type Arrival,
  type ClaimKind,
  maxBytesAtOnce,
  type QueueStore,
  type QueueStoreOptions,
} from "../../src/queue/stored/queue-store.ts";
import {
  answerOf,
  answerOne,
  arrival,
  claimOne,
  deliverAll,
  idsOf,
  insert,
  messageIDsOf,
  ok,
  published,
  refusal,
  roomy,
  takeOne,
} from "../fixtures/store-rows.ts";
import { describeSerialSessions } from "./serial-sessions.ts";

/** Opens stores of the kind under test on the rows of one test, which are none at first. */
export interface StoreFactory {
  /** A store of the model `m`, unless it is told otherwise. The one before is stopped. */
  open(options?: Partial<QueueStoreOptions>): Promise<QueueStore>;
  /** What lies in the rows, for people. The test closes it. */
  openArchive(): Promise<SessionArchive>;
  /** Puts something else in the place of what is stored of a request, as a foreign hand may. */
  spoil(
    messageID: string,
    column: "request" | "answer" | "outcome",
    to: string | null,
  ): Promise<void>;
}

/** Every implementation of QueueStore passes these. */
export function describeQueueStore(kind: string, factory: StoreFactory): void {
  describe(`${kind} as a store of a queue`, () => {
    let store: QueueStore;
    beforeEach(async () => {
      store = await factory.open();
    });

    async function reopen(options: Partial<QueueStoreOptions>): Promise<void> {
      await store.stop();
      store = await factory.open(options);
    }
    const inserted = (arrivals: readonly Arrival[], limits = {}, isRetry = false) =>
      store.insert(arrivals, { ...roomy, ...limits }, isRetry);
    const claim = async (kindOfClaim: ClaimKind, token: string, limit = 9) =>
      idsOf(await store.claim(kindOfClaim, token, limit, false));
    /** Which requests and metrics of the session are kept. */
    async function kept(): Promise<readonly unknown[]> {
      const archive = await factory.openArchive();
      const requests = await Array.fromAsync(archive.requests("s"), ({ messageID }) => messageID);
      const metrics = await Array.fromAsync(archive.metrics(null), (record) => record.metrics);
      await archive.close();
      return [...requests, ...metrics];
    }

    it("accepts an arrival that comes again as the one that it is", async () => {
      const list = [arrival("1"), arrival("")];
      await inserted(list);
      assert.deepEqual(await inserted(list, { maxSize: 0 }, true), ["accepted", "accepted"]);
      assert.equal((await store.stats()).size, 2);
    });

    it("counts what came earlier in the same list", async () => {
      const [first, second] = [arrival("1"), arrival("2")];
      const list = [first, arrival("1"), second, arrival("3"), arrival("3")];
      const outcomes = await inserted(list, { maxSize: 2 });
      assert.deepEqual(outcomes, ["accepted", "duplicate", "accepted", "full", "full"]);
    });

    it("fills the room that is left with what is new, whatever else is in the list", async () => {
      await insert(store, "1");
      const outcomes = await inserted(
        ["1", "2", "3"].map((id) => arrival(id)),
        { maxSize: 2 },
      );
      assert.deepEqual(outcomes, ["duplicate", "accepted", "full"]);
    });

    it("is full for one model's requests while another's find room", async () => {
      await inserted([arrival("1")], { maxSize: 1 });
      await reopen({ modelID: "other" });
      const other = arrival("1", { modelID: "other" });
      assert.deepEqual(await inserted([other], { maxSize: 1 }), ["accepted"]);
      assert.deepEqual(await claim("waiting", "t"), ["1"]);
      assert.equal((await store.stats()).size, 0);
      await reopen({});
      assert.equal((await store.stats()).size, 1);
    });

    it("takes no new request while too many answers lie undelivered, and begins none", async () => {
      await answerOne(store, "1");
      await reopen({ maxUndelivered: 1 });
      const outcomes = await inserted([arrival("2"), arrival("1")], { maxUndelivered: 1 });
      assert.deepEqual(outcomes, ["full", "duplicate"]);
      await inserted([arrival("3", { deadline: Date.now() - 1 }), arrival("4")]);
      assert.deepEqual(await claim("due", "due"), []);
      assert.deepEqual(await claim("expired", "late"), ["3"]);
      assert.deepEqual(await claim("waiting", "all"), ["4"]);
    });

    it("repeats a delivered answer once, however often its request comes meanwhile", async () => {
      await answerOne(store, "1");
      await store.done([await takeOne(store)], 5);
      assert.equal((await store.stats()).undelivered, 0);
      await insert(store, "1", "1");
      await insert(store, "1");
      assert.equal((await store.stats()).undelivered, 1);
      const again = await takeOne(store, "again");
      assert.deepEqual([again.repeated, again.claimedAt, again.answer], [true, null, ok]);
      assert.equal(again.receivedAt, again.answeredAt);
      assert.deepEqual(await store.take("third", 9, false), []);
    });

    it("repeats what was under way as long as it was asked for once more", async () => {
      await answerOne(store, "1");
      const first = await takeOne(store);
      await insert(store, "1");
      await store.done([first], 5);
      await store.done([first], 5);
      const second = await takeOne(store, "second");
      assert.deepEqual([second.repeated, second.answeredAt], [true, 5]);
      assert.ok(second.order > first.order);
      await store.done([second], 6);
      assert.equal((await store.stats()).undelivered, 0);
    });

    it("claims as many as it shall, the oldest first", async () => {
      await insert(store, "1", "2", "3");
      const first = await store.claim("due", "t", 2, false);
      assert.deepEqual(idsOf(first), ["1", "2"]);
      assert.ok(first.every(({ attempt }) => attempt === 1));
      assert.deepEqual(await claim("due", "new"), ["3"]);
    });

    it("claims late requests only as late ones, the latest included, and all when it shall", async () => {
      const late = Date.now() - 1;
      await inserted([arrival("1", { deadline: late }), arrival("2")]);
      assert.deepEqual(await claim("due", "due"), ["2"]);
      assert.equal(await store.nextDeadline(), late);
      assert.deepEqual(await claim("expired", "late"), ["1"]);
      assert.equal(await store.nextDeadline(), null);
      await inserted([arrival("3", { deadline: late }), arrival("4")]);
      assert.deepEqual(await claim("waiting", "all"), ["3", "4"]);
    });

    for (const [name, kindOfClaim, isSerial] of [
      ["in the order of their arrival", "due", false],
      ["in the turns of their sessions", "due", true],
      ["past their deadline", "expired", false],
      ["that wait, whatever they are", "waiting", false],
    ] as const) {
      it(`claims few long requests at once ${name}, and all in the end`, async () => {
        await reopen({ isSerial });
        const deadline = Date.now() + (kindOfClaim === "expired" ? -1000 : 60_000);
        const half = maxBytesAtOnce / 2;
        const sizes = [half, half, 1, half, half, 3 * half, 0, 2, maxBytesAtOnce - 1, 3];
        const lists = sizes.map((bytes, place) =>
          arrival(`${place}`, { bytes, sessionID: `${place}`, deadline: deadline + place }),
        );
        await inserted(lists);
        const claims: string[] = [];
        while (claims.join("").length < sizes.length) {
          const ids = await claim(kindOfClaim, `claim ${claims.length}`);
          assert.ok(ids.length > 0);
          claims.push(ids.join(""));
        }
        assert.deepEqual(claims, ["01", "23", "4", "5", "67", "8", "9"]);
      });
    }

    it("takes few long answers at once, in their order, and all in the end", async () => {
      const half = maxBytesAtOnce / 2;
      for (const [place, bytes] of [half, half, 1, 2 * half].entries()) {
        await answerOne(store, `${place}`, { ...ok, text: "x".repeat(bytes) });
      }
      const takes: string[] = [];
      while (takes.join("").length < 4) {
        const rows = await store.take(`take ${takes.length}`, 9, false);
        assert.ok(rows.length > 0);
        takes.push(rows.map(({ messageID }) => messageID).join(""));
      }
      assert.deepEqual(takes, ["01", "2", "3"]);
    });

    it("takes an answer that is stored again, and no other for the same claim", async () => {
      await insert(store, "1");
      const answered = [answerOf(await claimOne(store))];
      assert.deepEqual(await store.answer(answered, false), [true]);
      assert.deepEqual(await store.answer(answered, true), [true]);
      assert.deepEqual(await store.answer(answered, false), [false]);
      const taken = await takeOne(store);
      assert.deepEqual(await store.answer(answered, true), [true]);
      await store.done([taken], 5);
      assert.deepEqual(await store.answer(answered, true), [true]);
      assert.equal((await store.stats()).undelivered, 0);
    });

    it("fences off whoever has not the row's token", async () => {
      await insert(store, "1");
      const { row } = await claimOne(store, "right");
      const wrong = { row, token: "wrong" };
      assert.deepEqual(await store.answer([answerOf(wrong)], true), [false]);
      await store.giveBack([wrong]);
      assert.equal((await store.stats()).pending, 1);
      await store.answer([answerOf({ row, token: "right" })], false);
      await takeOne(store, "right");
      await store.done([wrong], 5);
      await store.release([wrong]);
      assert.deepEqual(await store.take("other", 9, false), []);
      assert.equal((await store.stats()).undelivered, 1);
    });

    it("fences off the claim that gave its request back", async () => {
      await insert(store, "1");
      const first = await claimOne(store, "first");
      await store.giveBack([first]);
      await store.giveBack([first]);
      assert.equal((await store.stats()).size, 1);
      const second = await claimOne(store, "second");
      assert.equal(second.attempt, 1);
      const answers = [answerOf(first), answerOf(second)];
      assert.deepEqual(await store.answer(answers, false), [false, true]);
    });

    it("releases answers to their old place", async () => {
      for (const messageID of ["1", "2"]) await answerOne(store, messageID);
      const first = await takeOne(store);
      await store.release([first]);
      await store.release([first]);
      const next = await store.take("next", 9, false);
      assert.deepEqual(messageIDsOf(next), ["1", "2"]);
      assert.equal(next[0]?.order, first.order);
    });

    it("keeps nothing of what was delivered when it shall keep nothing", async () => {
      await reopen({ retentionMs: 0 });
      for (const messageID of ["1", "2"]) await answerOne(store, messageID);
      await store.keepMetrics([published("1")]);
      const taken = await store.take("t", 9, false);
      await insert(store, "2");
      await store.done(taken, 5);
      await store.done(taken, 5);
      const again = await takeOne(store, "again");
      assert.deepEqual([again.messageID, again.repeated], ["2", true]);
      await store.done([again], 6);
      assert.deepEqual(await kept(), []);
    });

    it("deletes what was kept long enough, in batches, and nothing else", async () => {
      await reopen({ retentionMs: 60_000 });
      const receivedAt = Date.now() - 61_000;
      const many = Array.from({ length: 1001 }, (_, n) => published(`${n}`, { receivedAt }));
      const recent = published("new", { metrics: "new", receivedAt: Date.now() });
      await store.keepMetrics([...many, recent]);
      await answerOne(store, "1");
      await deliverAll(store, receivedAt);
      await answerOne(store, "2");
      await deliverAll(store);
      await answerOne(store, "3");
      assert.equal(await store.sweep(), true);
      assert.equal(await store.sweep(), false);
      assert.deepEqual(await kept(), ["2", "3", "new"]);
      assert.deepEqual(await insert(store, "1", "2"), ["accepted", "duplicate"]);
      assert.equal((await store.stats()).undelivered, 2);
    });

    it("stores a refusal once, and none while too many answers lie undelivered", async () => {
      await reopen({ maxUndelivered: 2 });
      const three = ["1", "2", "3"].map((messageID) => refusal(messageID));
      assert.deepEqual(await store.refuse(three, false), [true, true, false]);
      assert.deepEqual(await store.refuse(three, true), [true, true, false]);
      const taken = await takeOne(store);
      assert.deepEqual([taken.messageID, taken.claimedAt, taken.answer], ["1", null, ok]);
      await store.done([taken], 5);
      assert.deepEqual(await store.refuse(three, true), [true, true, true]);
    });

    it("keeps metrics that come again once", async () => {
      const both = ["1", "2"].map((metrics) => published(metrics, { metrics }));
      for (const _ of both) await store.keepMetrics(both);
      assert.deepEqual(await kept(), ["1", "2"]);
    });

    it("keeps NUL, backslashes, and every other character, in ids and texts", async () => {
      const odd = "a\0b\\0c\\\\\\\0\u{1F438}\uFFFD\r\n'\"$1";
      const input = { messages: [{ role: odd, content: odd }] };
      const first = arrival(odd, { sessionID: odd, input });
      await inserted([first, arrival("a", { sessionID: odd })]);
      const claimed = await claimOne(store);
      assert.deepEqual(claimed.request, first.request);
      const answer: Answer = { text: JSON.stringify({ text: odd }), outcome: "OK" };
      await store.answer([answerOf(claimed, answer)], false);
      const taken = await takeOne(store);
      assert.deepEqual([taken.sessionID, taken.messageID, taken.answer], [odd, odd, answer]);
      assert.deepEqual(await inserted([arrival(odd, { sessionID: odd })]), ["duplicate"]);
    });

    it("tells apart ids that look alike once they are written down", async () => {
      const ids = ["\0", "\\0", "\\\\0", "0", "\\"];
      assert.deepEqual(new Set(await insert(store, ...ids)), new Set(["accepted"]));
      assert.deepEqual(await claim("due", "t"), ids);
    });

    it("bears ids of any length, and of none", async () => {
      const long = "\u{1F438}".repeat(2500);
      const list = [
        arrival(long, { sessionID: `${long}a` }),
        arrival(long, { sessionID: `${long}b` }),
        arrival("", { sessionID: "" }),
      ];
      assert.deepEqual(await inserted(list), ["accepted", "accepted", "accepted"]);
      const claimed = await store.claim("due", "t", 9, false);
      assert.deepEqual(
        claimed.map(({ request }) => request),
        list.map(({ request }) => request),
      );
    });

    it("hands out the other requests when some cannot be read, and says of each why", async () => {
      await insert(store, "1", "2", "3", "4", "5", "6");
      for (const [place, to] of ["{", null, "null", '{"messages":1}'].entries()) {
        await factory.spoil(`${place + 2}`, "request", to);
      }
      const rows = await store.claim("due", "t", 9, false);
      assert.deepEqual(idsOf(rows), ["1", "2", "3", "4", "5", "6"]);
      const isUnreadable = rows.map(({ unreadable }) => unreadable !== null);
      assert.deepEqual(isUnreadable, [false, true, true, true, true, false]);
    });

    it("takes the other answers when some cannot be read, and says of each why", async () => {
      for (const messageID of ["1", "2", "3", "4"]) await answerOne(store, messageID);
      await answerOne(store, "5", { text: "{}", outcome: "NOT_FOUND" });
      await factory.spoil("2", "outcome", null);
      await factory.spoil("3", "answer", null);
      await factory.spoil("4", "outcome", "TEAPOT");
      const rows = await store.take("t", 9, false);
      const isUnreadable = rows.map(({ unreadable }) => unreadable !== null);
      assert.deepEqual(isUnreadable, [false, true, true, true, false]);
      assert.deepEqual(rows.at(-1)?.answer, { text: "{}", outcome: "NOT_FOUND" });
    });

    it("knows how much waits, runs, lies undelivered and is overdue", async () => {
      const now = Date.now();
      const empty = { size: 0, pending: 0, undelivered: 0, oldestAgeMs: 0, overdue: 0 };
      assert.deepEqual(await store.stats(), empty);
      await answerOne(store, "1");
      await inserted([
        arrival("2", { deadline: now - 6000 }),
        arrival("3", { receivedAt: now - 50_000, deadline: now - 4000 }),
        arrival("4"),
      ]);
      assert.deepEqual(await claim("expired", "late", 1), ["2"]);
      const { oldestAgeMs, ...counts } = await store.stats();
      assert.deepEqual(counts, { size: 2, pending: 1, undelivered: 1, overdue: 1 });
      assert.ok(oldestAgeMs >= 50_000 && oldestAgeMs < 60_000);
    });

    it("lets what a stopped store held wait again, and counts the attempt", async () => {
      await reopen({ isSerial: true });
      await answerOne(store, "1");
      await insert(store, "2", "3");
      const [lost, taken] = [await claimOne(store, "lost"), await takeOne(store)];
      await reopen({ isSerial: true });
      assert.deepEqual(await store.answer([answerOf(lost)], true), [false]);
      const again = await claimOne(store);
      assert.deepEqual([again.request.messageID, again.attempt], ["2", 2]);
      const takenAgain = await takeOne(store, "again");
      assert.deepEqual([takenAgain.row, takenAgain.order], [taken.row, taken.order]);
    });

    describeSerialSessions(async (options) => {
      await reopen(options);
      return store;
    });
  });
}
