import assert from "node:assert/strict";
import { DatabaseSync } from "node:sqlite";
import { arrival, roomy, sqliteFiles } from "../../../test/fixtures/sqlite-files.ts";
import type { Answer } from "../request-queue.ts";
import type { Claim, ClaimedRow, TakenRow } from "../stored/queue-store.ts";
import type { SqliteStore } from "./sqlite-store.ts";

describe("SqliteStore", () => {
  const files = sqliteFiles();
  const ok: Answer = { text: '{"text":"yes","image":null}', outcome: "OK" };
  let file: string;
  let store: SqliteStore;
  beforeEach(async () => {
    file = files.file();
    store = await files.open({ file });
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
    await store.insert([arrival(messageID)], roomy);
    await store.answer([answerOf(await claimOne())], false);
  }

  it("accepts an arrival that comes again as the one that it is", async () => {
    const [first, unnamed] = [arrival("1"), arrival("")];
    await store.insert([first, unnamed], roomy);
    const again = await store.insert([first, unnamed], { ...roomy, maxSize: 0 });
    assert.deepEqual(again, ["accepted", "accepted"]);
    assert.equal((await store.stats()).size, 2);
  });

  it("knows a request that an earlier build has stored under a key of another form", async () => {
    const first = arrival("1");
    await store.insert([first], roomy);
    await store.stop();
    const database = new DatabaseSync(file);
    // The form of version 1, as it stands in such files: frozen here.
    const key = "A_XMRG9887_Lfk1ZzS-wRjULIyiwDdD2f0Q0yY6a2xw";
    database.prepare("update arena_requests set request_key = ?").run(key);
    database.close();
    store = await files.open({ file });
    const outcomes = await store.insert([arrival("1"), first, arrival("2")], roomy);
    assert.deepEqual(outcomes, ["duplicate", "accepted", "accepted"]);
  });

  it("counts what came earlier in the same list", async () => {
    const [first, second] = [arrival("1"), arrival("2")];
    const list = [first, arrival("1"), second, arrival("3")];
    const outcomes = await store.insert(list, { ...roomy, maxSize: 2 });
    assert.deepEqual(outcomes, ["accepted", "duplicate", "accepted", "full"]);
  });

  it("is full for one model's requests while another's find room", async () => {
    await store.insert([arrival("1")], { ...roomy, maxSize: 1 });
    await store.stop();
    store = await files.open({ file, modelID: "other" });
    const other = arrival("1", { modelID: "other" });
    assert.deepEqual(await store.insert([other], { ...roomy, maxSize: 1 }), ["accepted"]);
    assert.deepEqual(ids(await store.claim("waiting", "t", 9, false)), ["1"]);
    assert.equal((await store.stats()).size, 0);
  });

  it("repeats a delivered answer once, however often its request comes meanwhile", async () => {
    await answerOne("1");
    await store.done([await takeOne()], 5);
    assert.equal((await store.stats()).undelivered, 0);
    await store.insert([arrival("1"), arrival("1")], roomy);
    assert.equal((await store.stats()).undelivered, 1);
    const again = await takeOne("again");
    assert.deepEqual([again.repeated, again.claimedAt, again.answer], [true, null, ok]);
    assert.equal(again.receivedAt, again.answeredAt);
    assert.deepEqual(await store.take("third", 9, false), []);
  });

  it("repeats what was under way as long as it was asked for once more", async () => {
    await answerOne("1");
    const first = await takeOne();
    await store.insert([arrival("1")], roomy);
    await store.done([first], 5);
    await store.done([first], 5);
    const second = await takeOne("second");
    assert.deepEqual([second.repeated, second.answeredAt], [true, 5]);
    assert.ok(second.order > first.order);
    await store.done([second], 6);
    assert.equal((await store.stats()).undelivered, 0);
  });

  it("claims the same rows for the same token again, and no others", async () => {
    await store.insert([arrival("1"), arrival("2"), arrival("3")], roomy);
    const first = await store.claim("due", "t", 2, false);
    assert.deepEqual(await store.claim("due", "t", 9, true), first);
    assert.deepEqual(ids(await store.claim("due", "new", 9, true)), ["3"]);
  });

  it("claims late requests only as late ones, the latest included, and all when it shall", async () => {
    const late = Date.now() - 1;
    await store.insert([arrival("1", { deadline: late }), arrival("2")], roomy);
    assert.deepEqual(ids(await store.claim("due", "due", 9, false)), ["2"]);
    assert.equal(await store.nextDeadline(), late);
    assert.deepEqual(ids(await store.claim("expired", "late", 9, false)), ["1"]);
    assert.equal(await store.nextDeadline(), null);
    await store.insert([arrival("3", { deadline: late }), arrival("4")], roomy);
    assert.deepEqual(ids(await store.claim("waiting", "all", 9, false)), ["3", "4"]);
  });

  it("takes an answer that is stored again, and no other for the same claim", async () => {
    await store.insert([arrival("1")], roomy);
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
    await store.insert([arrival("1")], roomy);
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
    await store.insert([arrival("1")], roomy);
    const first = await claimOne("first");
    await store.giveBack([first]);
    await store.giveBack([first]);
    assert.equal((await store.stats()).size, 1);
    const second = await claimOne("second");
    assert.equal(second.attempt, 1);
    assert.deepEqual(await store.answer([answerOf(first), answerOf(second)], false), [false, true]);
  });

  it("takes the same answers for the same token again, and releases them to their old place", async () => {
    for (const messageID of ["1", "2"]) await answerOne(messageID);
    const first = await store.take("t", 1, false);
    assert.deepEqual(await store.take("t", 9, true), first);
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
    await store.stop();
    store = await files.open({ file, retentionMs: 0 });
    await answerOne("1");
    await store.keepMetrics([published("1")]);
    const taken = await takeOne();
    await store.done([taken], 5);
    await store.done([taken], 5);
    assert.equal((await store.stats()).undelivered, 0);
    await store.stop();
    using database = new DatabaseSync(file);
    for (const table of ["arena_requests", "arena_inputs", "arena_metrics"]) {
      assert.deepEqual(database.prepare(`select * from ${table}`).all(), [], table);
    }
  });

  it("stores a refusal once, and none while too many answers lie undelivered", async () => {
    await store.stop();
    store = await files.open({ file, maxUndelivered: 2 });
    const three = ["1", "2", "3"].map(refusal);
    assert.deepEqual(await store.refuse(three), [true, true, false]);
    assert.deepEqual(await store.refuse(three), [true, true, false]);
    await store.done([await takeOne()], 5);
    assert.deepEqual(await store.refuse(three), [true, true, true]);
    await store.insert([arrival("4")], roomy);
    assert.deepEqual(await store.claim("due", "t", 9, false), []);
    assert.deepEqual(ids(await store.claim("waiting", "t", 9, false)), ["4"]);
  });

  it("keeps metrics that come again once", async () => {
    for (const _ of [1, 2]) await store.keepMetrics([published("1"), published("2")]);
    await store.stop();
    using database = new DatabaseSync(file);
    assert.equal(database.prepare("select * from arena_metrics").all().length, 2);
  });

  it("takes no more at once than memory bears, but always one", async () => {
    const bytes = 10 * 2 ** 20;
    await store.insert([arrival("1", { bytes: 3 * bytes }), arrival("2", { bytes })], roomy);
    assert.deepEqual(ids(await store.claim("due", "first", 9, false)), ["1"]);
    assert.deepEqual(ids(await store.claim("due", "second", 9, false)), ["2"]);
  });

  it("does all calls of a turn or none, and each of them when they come again", async () => {
    using database = new DatabaseSync(file);
    database.exec(`create trigger stop before insert on arena_metrics
      begin select raise(abort, 'no metrics today'); end`);
    const one = arrival("1");
    const metrics = [published("1")];
    const calls = () => [store.insert([one], roomy), store.keepMetrics(metrics)] as const;
    const failed = await Promise.allSettled(calls());
    for (const result of failed) {
      assert.ok(result.status === "rejected");
      assert.match(String(result.reason), /queue\.sqlite: no metrics today/);
    }
    assert.equal((await store.stats()).size, 0);
    database.exec("drop trigger stop");
    assert.deepEqual((await Promise.all(calls()))[0], ["accepted"]);
    assert.equal((await store.stats()).size, 1);
  });

  it("notices what another program deletes, and says so", async () => {
    await store.stop();
    let changes = 0;
    const onChange = () => changes++;
    store = await files.open({ file, isSerial: true, onChange });
    await store.insert([arrival("1"), arrival("2")], roomy);
    await claimOne();
    assert.deepEqual(await store.claim("due", "t", 9, false), []);
    assert.equal(changes, 0);
    using database = new DatabaseSync(file);
    database.exec("delete from arena_requests where state = 'running'");
    assert.deepEqual(ids(await store.claim("due", "t", 9, false)), ["2"]);
    assert.equal(changes, 1);
    assert.equal((await store.stats()).pending, 1);
  });

  it("keeps NUL, and every other character, in ids and texts", async () => {
    const odd = "a\0b\u{1F438}\uFFFD\r\n'\"";
    const input = { messages: [{ role: odd, content: odd }] };
    const first = arrival(odd, { sessionID: odd, input });
    await store.insert([first, arrival("a", { sessionID: odd })], roomy);
    const claimed = await claimOne();
    assert.deepEqual(claimed.request, first.request);
    await store.answer([answerOf(claimed, { text: odd, outcome: "OK" })], false);
    const { sessionID, messageID, answer } = await takeOne();
    assert.deepEqual([sessionID, messageID, answer.text], [odd, odd, odd]);
    assert.deepEqual(await store.insert([arrival(odd, { sessionID: odd })], roomy), ["duplicate"]);
  });

  it("lets what a stopped store held wait again, and counts the attempt", async () => {
    await answerOne("1");
    await store.insert([arrival("2")], roomy);
    const [lost, taken] = [await claimOne("lost"), await takeOne()];
    await store.stop();
    store = await files.open({ file });
    assert.deepEqual(await store.answer([answerOf(lost)], true), [false]);
    assert.equal((await claimOne()).attempt, 2);
    const again = await takeOne("again");
    assert.deepEqual([again.row, again.order], [taken.row, taken.order]);
  });

  it("deletes what was kept long enough, in batches, and nothing else", async () => {
    await store.stop();
    store = await files.open({ file, retentionMs: 60_000 });
    const old = Date.now() - 61_000;
    await store.keepMetrics(
      Array.from({ length: 1001 }, (_, number) => ({ ...published(`${number}`), receivedAt: old })),
    );
    await answerOne("1");
    await answerOne("2");
    await store.done([await takeOne()], old);
    await store.done([await takeOne()], Date.now());
    assert.equal(await store.sweep(), true);
    assert.equal(await store.sweep(), false);
    const outcomes = await store.insert([arrival("1"), arrival("2")], roomy);
    assert.deepEqual(outcomes, ["accepted", "duplicate"]);
    using database = new DatabaseSync(file);
    assert.deepEqual(database.prepare("select * from arena_metrics").all(), []);
  });

  it("refuses calls before its start and after its end, and stops twice", async () => {
    await Promise.all([store.stop(), store.stop()]);
    await assert.rejects(store.stats(), /not open: calls come between start\(\) and stop\(\)/);
  });

  it("does what was called before its end", async () => {
    const insertion = store.insert([arrival("1")], roomy);
    await store.stop();
    assert.deepEqual(await insertion, ["accepted"]);
    store = await files.open({ file });
    assert.equal((await store.stats()).size, 1);
  });
});

describe("SqliteStore of serial sessions", () => {
  const files = sqliteFiles();
  const ok: Answer = { text: "yes", outcome: "OK" };
  let store: SqliteStore;
  beforeEach(async () => {
    store = await files.open({ isSerial: true });
  });
  const names = (rows: readonly ClaimedRow[]) =>
    rows.map(({ request }) => request.sessionID + request.messageID);
  const insert = (...requests: readonly string[]) =>
    store.insert(
      requests.map((name) => arrival(name.slice(1), { sessionID: name.slice(0, 1) })),
      roomy,
    );
  const claim = (limit: number) => store.claim("due", `token ${claims++}`, limit, false);
  let claims = 0;
  const answer = (rows: readonly ClaimedRow[]) =>
    store.answer(
      rows.map(({ row, token }) => ({ row, token, answer: ok, answeredAt: 1 })),
      false,
    );

  it("claims the oldest whose turn it is, whenever their session's turn passed", async () => {
    await insert("a1", "a2", "b1", "c1", "b2");
    const first = await claim(2);
    assert.deepEqual(names(first), ["a1", "b1"]);
    await answer(first);
    assert.deepEqual(names(await claim(1)), ["a2"]);
    await insert("d1", "a3");
    assert.deepEqual(names(await claim(9)), ["c1", "b2", "d1"]);
  });

  it("orders also what came while the sessions were not serial", async () => {
    const file = files.file();
    const before = await files.open({ file, isSerial: false });
    await before.insert([arrival("1"), arrival("2")], roomy);
    await before.stop();
    store = await files.open({ file, isSerial: true });
    assert.deepEqual(names(await claim(9)), ["s1"]);
  });

  it("keeps a request's place when it is given back", async () => {
    await insert("a1", "a2", "b1");
    const first = await claim(1);
    assert.deepEqual(names(await claim(9)), ["b1"]);
    await store.giveBack(first);
    assert.deepEqual(names(await claim(9)), ["a1"]);
  });

  it("goes on behind a late request once that one is claimed as late", async () => {
    const late = arrival("1", { sessionID: "a", deadline: Date.now() - 1 });
    await store.insert([late], roomy);
    await insert("a2");
    assert.deepEqual(await claim(9), []);
    await store.claim("expired", "late", 9, false);
    assert.deepEqual(names(await claim(9)), ["a2"]);
  });

  it("claims each session's requests in order, once, whatever the order of calls", async () => {
    const sessions = ["a", "b", "c", "d", "e"];
    await insert(...Array.from({ length: 60 }, (_, n) => `${sessions[(n * n) % 5]}${n}`));
    const seen = new Map<string, number>();
    let running: readonly ClaimedRow[] = [];
    for (let round = 0; ; round++) {
      const claimed = await claim((round % 3) + 1);
      if (claimed.length === 0 && running.length === 0) break;
      for (const { request } of claimed) {
        const number = Number(request.messageID);
        assert.ok((seen.get(request.sessionID) ?? -1) < number);
        assert.ok(running.every((other) => other.request.sessionID !== request.sessionID));
        seen.set(request.sessionID, number);
      }
      running = [...running, ...claimed];
      await answer(running.slice(0, (round % 2) + 1));
      running = running.slice((round % 2) + 1);
    }
    assert.equal((await store.stats()).undelivered, 60);
  });
});
