import assert from "node:assert/strict";
import { postgresStores } from "../../../test/fixtures/postgres-stores.ts";
import { arrival, roomy } from "../../../test/fixtures/sqlite-files.ts";
import type { Answer } from "../request-queue.ts";
import type { Claim, ClaimedRow, TakenRow } from "../stored/queue-store.ts";
import type { PostgresStore } from "./postgres-store.ts";

describe("PostgresStore", () => {
  const stores = postgresStores();
  const ok: Answer = { text: '{"text":"yes","image":null}', outcome: "OK" };
  let store: PostgresStore;
  beforeEach(async () => {
    store = await stores.open();
  });

  const ids = (rows: readonly ClaimedRow[]) => rows.map(({ request }) => request.messageID);
  const answerOf = ({ row, token }: Claim, answer = ok) => ({ row, token, answer, answeredAt: 1 });
  const refusal = (messageID: string) => ({
    ...{ arrival: `refusal ${messageID}`, sessionID: "s", messageID },
    ...{ answer: ok, receivedAt: 1 },
  });
  const published = (name: string) => ({
    ...{ arrival: `metrics ${name}`, sessionID: "s", metrics: "{}", receivedAt: 1 },
  });
  async function claimOne(token = "claim"): Promise<ClaimedRow> {
    const [row] = await store.claim("due", token, 1, false);
    assert.ok(row);
    return row;
  }
  async function takeOne(token = "take"): Promise<TakenRow> {
    const [row] = await store.take(token, 1, false);
    assert.ok(row);
    return row;
  }
  async function answerOne(messageID: string): Promise<void> {
    await store.insert([arrival(messageID)], roomy, false);
    await store.answer([answerOf(await claimOne())], false);
  }

  it("accepts an arrival that comes again as the one that it is", async () => {
    const [first, unnamed] = [arrival("1"), arrival("")];
    await store.insert([first, unnamed], roomy, false);
    const again = await store.insert([first, unnamed], { ...roomy, maxSize: 0 }, true);
    assert.deepEqual(again, ["accepted", "accepted"]);
    assert.equal((await store.stats()).size, 2);
  });

  it("counts what came earlier in the same list", async () => {
    const [first, second] = [arrival("1"), arrival("2")];
    const list = [first, arrival("1"), second, arrival("3"), arrival("3")];
    const outcomes = await store.insert(list, { ...roomy, maxSize: 2 }, false);
    assert.deepEqual(outcomes, ["accepted", "duplicate", "accepted", "full", "full"]);
  });

  it("fills the room that is left with what is new, whatever else is in the list", async () => {
    await store.insert([arrival("1")], roomy, false);
    const list = [arrival("1"), arrival("2"), arrival("3")];
    const outcomes = await store.insert(list, { ...roomy, maxSize: 2 }, false);
    assert.deepEqual(outcomes, ["duplicate", "accepted", "full"]);
  });

  it("is full for one model's requests while another's find room", async () => {
    await store.insert([arrival("1")], { ...roomy, maxSize: 1 }, false);
    const other = await stores.open({ modelID: "other" });
    const request = arrival("1", { modelID: "other" });
    const outcomes = await other.insert([request], { ...roomy, maxSize: 1 }, false);
    assert.deepEqual(outcomes, ["accepted"]);
    assert.deepEqual(ids(await other.claim("waiting", "t", 9, false)), ["1"]);
    assert.equal((await other.stats()).size, 0);
    assert.equal((await store.stats()).size, 1);
  });

  it("takes no new request while too many answers lie undelivered, and begins none", async () => {
    await answerOne("1");
    const tight = await stores.open({ maxUndelivered: 1 });
    const limits = { ...roomy, maxUndelivered: 1 };
    assert.deepEqual(await tight.insert([arrival("2"), arrival("1")], limits, false), [
      "full",
      "duplicate",
    ]);
    await store.insert([arrival("3", { deadline: Date.now() - 1 }), arrival("4")], roomy, false);
    assert.deepEqual(await tight.claim("due", "due", 9, false), []);
    assert.deepEqual(ids(await tight.claim("expired", "late", 9, false)), ["3"]);
    assert.deepEqual(ids(await tight.claim("waiting", "all", 9, false)), ["4"]);
  });

  it("repeats a delivered answer once, however often its request comes meanwhile", async () => {
    await answerOne("1");
    await store.done([await takeOne()], 5);
    assert.equal((await store.stats()).undelivered, 0);
    await store.insert([arrival("1"), arrival("1")], roomy, false);
    await store.insert([arrival("1")], roomy, false);
    assert.equal((await store.stats()).undelivered, 1);
    const again = await takeOne("again");
    assert.deepEqual([again.repeated, again.claimedAt, again.answer], [true, null, ok]);
    assert.equal(again.receivedAt, again.answeredAt);
    assert.deepEqual(await store.take("third", 9, false), []);
  });

  it("repeats what was under way as long as it was asked for once more", async () => {
    await answerOne("1");
    const first = await takeOne();
    await store.insert([arrival("1")], roomy, false);
    await store.done([first], 5);
    await store.done([first], 5);
    const second = await takeOne("second");
    assert.deepEqual([second.repeated, second.answeredAt], [true, 5]);
    assert.ok(second.order > first.order);
    await store.done([second], 6);
    assert.equal((await store.stats()).undelivered, 0);
  });

  it("claims as many as it shall, the oldest first", async () => {
    await store.insert([arrival("1"), arrival("2"), arrival("3")], roomy, false);
    const first = await store.claim("due", "t", 2, false);
    assert.deepEqual(ids(first), ["1", "2"]);
    assert.deepEqual(ids(await store.claim("due", "new", 9, false)), ["3"]);
    assert.deepEqual(
      first.map(({ attempt }) => attempt),
      [1, 1],
    );
  });

  it("claims late requests only as late ones, the latest included, and all when it shall", async () => {
    const late = Date.now() - 1;
    await store.insert([arrival("1", { deadline: late }), arrival("2")], roomy, false);
    assert.deepEqual(ids(await store.claim("due", "due", 9, false)), ["2"]);
    assert.equal(await store.nextDeadline(), late);
    assert.deepEqual(ids(await store.claim("expired", "late", 9, false)), ["1"]);
    assert.equal(await store.nextDeadline(), null);
    await store.insert([arrival("3", { deadline: late }), arrival("4")], roomy, false);
    assert.deepEqual(ids(await store.claim("waiting", "all", 9, false)), ["3", "4"]);
  });

  it("takes an answer that is stored again, and no other for the same claim", async () => {
    await store.insert([arrival("1")], roomy, false);
    const claim = answerOf(await claimOne());
    assert.deepEqual(await store.answer([claim], false), [true]);
    assert.deepEqual(await store.answer([claim], true), [true]);
    assert.deepEqual(await store.answer([claim], false), [false]);
    const taken = await takeOne();
    assert.deepEqual(await store.answer([claim], true), [true]);
    await store.done([taken], 5);
    assert.deepEqual(await store.answer([claim], true), [true]);
    assert.equal((await store.stats()).undelivered, 0);
  });

  it("fences off whoever has not the row's token", async () => {
    await store.insert([arrival("1")], roomy, false);
    const { row } = await claimOne("right");
    const wrong = { row, token: "wrong" };
    assert.deepEqual(await store.answer([answerOf(wrong)], true), [false]);
    await store.giveBack([wrong]);
    assert.equal((await store.stats()).pending, 1);
    await store.answer([answerOf({ row, token: "right" })], false);
    await takeOne("right");
    await store.done([wrong], 5);
    await store.release([wrong]);
    assert.deepEqual(await store.take("other", 9, false), []);
    assert.equal((await store.stats()).undelivered, 1);
  });

  it("fences off the claim that gave its request back", async () => {
    await store.insert([arrival("1")], roomy, false);
    const first = await claimOne("first");
    await store.giveBack([first]);
    await store.giveBack([first]);
    assert.equal((await store.stats()).size, 1);
    const second = await claimOne("second");
    assert.equal(second.attempt, 1);
    assert.deepEqual(await store.answer([answerOf(first), answerOf(second)], false), [false, true]);
  });

  it("releases answers to their old place", async () => {
    for (const messageID of ["1", "2"]) await answerOne(messageID);
    const first = await store.take("t", 1, false);
    await store.release(first);
    await store.release(first);
    const next = await store.take("next", 9, false);
    assert.deepEqual(
      next.map(({ messageID }) => messageID),
      ["1", "2"],
    );
    assert.equal(next[0]?.order, first[0]?.order);
  });

  it("keeps nothing of what was delivered when it shall keep nothing", async () => {
    store = await stores.open({ retentionMs: 0 });
    await answerOne("1");
    await answerOne("2");
    await store.keepMetrics([published("1")]);
    const taken = await store.take("t", 9, false);
    await store.insert([arrival("2")], roomy, false);
    await store.done(taken, 5);
    await store.done(taken, 5);
    const again = await takeOne("again");
    assert.deepEqual([again.messageID, again.repeated], ["2", true]);
    await store.done([again], 6);
    for (const table of ["arena_requests", "arena_metrics"]) {
      assert.deepEqual(await stores.query(`SELECT * FROM ${table}`), [], table);
    }
  });

  it("stores a refusal once, and none while too many answers lie undelivered", async () => {
    store = await stores.open({ maxUndelivered: 2 });
    const three = ["1", "2", "3"].map(refusal);
    assert.deepEqual(await store.refuse(three, false), [true, true, false]);
    assert.deepEqual(await store.refuse(three, true), [true, true, false]);
    const taken = await takeOne();
    assert.deepEqual([taken.messageID, taken.claimedAt, taken.answer], ["1", null, ok]);
    await store.done([taken], 5);
    assert.deepEqual(await store.refuse(three, true), [true, true, true]);
  });

  it("keeps metrics that come again once", async () => {
    for (const _ of [1, 2]) await store.keepMetrics([published("1"), published("2")]);
    assert.equal((await stores.query("SELECT * FROM arena_metrics")).length, 2);
  });

  it("keeps NUL, backslashes, and every other character, in ids and texts", async () => {
    const odd = "a\0b\\0c\\\\\\\0\u{1F438}\uFFFD\r\n'\"$1";
    const input = { messages: [{ role: odd, content: odd }] };
    const first = arrival(odd, { sessionID: odd, input });
    await store.insert([first, arrival("a", { sessionID: odd })], roomy, false);
    const claimed = await claimOne();
    assert.deepEqual(claimed.request, first.request);
    const answer: Answer = { text: JSON.stringify({ text: odd }), outcome: "OK" };
    await store.answer([answerOf(claimed, answer)], false);
    const taken = await takeOne();
    assert.deepEqual([taken.sessionID, taken.messageID, taken.answer], [odd, odd, answer]);
    const again = arrival(odd, { sessionID: odd });
    assert.deepEqual(await store.insert([again], roomy, false), ["duplicate"]);
  });

  it("tells apart ids that look alike once they are written down", async () => {
    const list = ["\0", "\\0", "\\\\0", "0", "\\"].map((messageID) => arrival(messageID));
    const outcomes = await store.insert(list, roomy, false);
    assert.deepEqual(new Set(outcomes), new Set(["accepted"]));
    assert.deepEqual(ids(await store.claim("due", "t", 9, false)), [
      "\0",
      "\\0",
      "\\\\0",
      "0",
      "\\",
    ]);
  });

  it("bears ids of any length, and of none", async () => {
    const long = "\u{1F438}".repeat(2500);
    const list = [
      arrival(long, { sessionID: `${long}a` }),
      arrival(long, { sessionID: `${long}b` }),
      arrival("", { sessionID: "" }),
    ];
    assert.deepEqual(await store.insert(list, roomy, false), ["accepted", "accepted", "accepted"]);
    const claimed = await store.claim("due", "t", 9, false);
    assert.deepEqual(
      claimed.map(({ request }) => request),
      list.map(({ request }) => request),
    );
  });

  it("knows how much waits, runs, lies undelivered and is overdue", async () => {
    const now = Date.now();
    const empty = { size: 0, pending: 0, undelivered: 0, oldestAgeMs: 0, overdue: 0 };
    assert.deepEqual(await store.stats(), empty);
    await answerOne("1");
    await store.insert(
      [
        arrival("2", { deadline: now - 6000 }),
        arrival("3", { receivedAt: now - 50_000, deadline: now - 4000 }),
        arrival("4"),
      ],
      roomy,
      false,
    );
    assert.deepEqual(ids(await store.claim("expired", "late", 1, false)), ["2"]);
    const { oldestAgeMs, ...counts } = await store.stats();
    assert.deepEqual(counts, { size: 2, pending: 1, undelivered: 1, overdue: 1 });
    assert.ok(oldestAgeMs >= 50_000 && oldestAgeMs < 60_000);
  });

  it("does a list wholly or not at all", async () => {
    const broken = arrival("2", { bytes: 2 ** 40 });
    await assert.rejects(store.insert([arrival("1"), broken], roomy, false));
    assert.equal((await store.stats()).size, 0);
  });
});
