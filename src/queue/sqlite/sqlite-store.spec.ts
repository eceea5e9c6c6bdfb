import assert from "node:assert/strict";
import { DatabaseSync } from "node:sqlite";
import { sqliteFiles } from "../../../test/fixtures/sqlite-files.ts";
import {
  answerRows,
  arrival,
  claimOne,
  idsOf,
  insert,
  published,
  roomy,
} from "../../../test/fixtures/store-rows.ts";
import { describeQueueStore } from "../../../test/suites/queue-store.ts";
import { openSqliteArchive } from "./open-sqlite-archive.ts";
import type { SqliteStore } from "./sqlite-store.ts";

describe("SqliteStore", () => {
  const files = sqliteFiles();
  let file: string;
  beforeEach(() => {
    file = files.file();
  });

  describeQueueStore("SqliteStore", {
    open: (options) => files.open({ ...options, file }),
    openArchive: async () => openSqliteArchive(file),
    spoil: async (messageID, column, to) => {
      using database = new DatabaseSync(file);
      const which = "id = (select id from arena_requests where message_id = ?)";
      const table = column === "request" ? "arena_inputs" : "arena_requests";
      const isGone = column === "request" && to === null;
      const change = isGone ? "delete from arena_inputs" : `update ${table} set ${column} = ?`;
      database.prepare(`${change} where ${which}`).run(...(isGone ? [] : [to]), messageID);
    },
  });
});

describe("SqliteStore and its file", () => {
  const files = sqliteFiles();
  let file: string;
  let store: SqliteStore;
  beforeEach(async () => {
    file = files.file();
    store = await files.open({ file });
  });

  it("claims and takes the same rows for the same token again, and no others", async () => {
    await insert(store, "1", "2", "3");
    const first = await store.claim("due", "t", 2, false);
    assert.deepEqual(await store.claim("due", "t", 9, true), first);
    assert.deepEqual(idsOf(await store.claim("due", "new", 9, true)), ["3"]);
    await answerRows(store, first);
    const taken = await store.take("t", 1, false);
    assert.deepEqual(await store.take("t", 9, true), taken);
    const rest = await store.take("new", 9, true);
    assert.deepEqual([taken[0]?.messageID, rest[0]?.messageID, rest.length], ["1", "2", 1]);
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
    await claimOne(store);
    assert.deepEqual(await store.claim("due", "t", 9, false), []);
    assert.equal(changes, 0);
    using database = new DatabaseSync(file);
    database.exec("delete from arena_requests where state = 'running'");
    assert.deepEqual(idsOf(await store.claim("due", "t", 9, false)), ["2"]);
    assert.equal(changes, 1);
    assert.equal((await store.stats()).pending, 1);
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
