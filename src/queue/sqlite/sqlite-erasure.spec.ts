import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { sqliteFiles } from "../../../test/fixtures/sqlite-files.ts";
import {
  answerNext,
  arrival,
  claimOne,
  deliverAll,
  ok,
  published,
  roomy,
} from "../../../test/fixtures/store-rows.ts";
import type { SqliteStore } from "./sqlite-store.ts";

const word = "grandmother";

describe("what a SqliteStore has deleted", () => {
  const files = sqliteFiles();

  /** How often the word stands in any of the files, at places of any kind. */
  function traces(file: string): number {
    const folder = dirname(file);
    const found = readdirSync(folder).map(
      (name) => readFileSync(join(folder, name), "latin1").split(word).length - 1,
    );
    return found.reduce((sum, count) => sum + count, 0);
  }

  /** Requests that are short, of some pages and of many, with answers and metrics. */
  async function fill(store: SqliteStore): Promise<void> {
    for (let round = 0; round < 24; round++) {
      const content = `${word} ${round} `.repeat(1 + ((round * 97) % 700));
      const input = { messages: [{ role: "user" as const, content }] };
      await store.insert([arrival(`${round}`, { input })], roomy);
      await answerNext(store, { ...ok, text: `${word} `.repeat(1 + ((round * 89) % 500)) });
      if (round % 3 !== 0) continue;
      await store.keepMetrics([published(`${round}`, { metrics: content })]);
    }
  }

  it("stands in none of its files after RETENTION", async () => {
    const file = files.file();
    const store = await files.open({ file, retentionMs: 60_000 });
    await fill(store);
    assert.ok(traces(file) > 100);
    await deliverAll(store, 1);
    await store.sweep();
    assert.equal(traces(file), 0);
  });

  it("stands in none of its files after a stop in order, without a sweep", async () => {
    const file = files.file();
    const store = await files.open({ file, retentionMs: 0 });
    await fill(store);
    await deliverAll(store, 1);
    await store.stop();
    assert.equal(traces(file), 0);
  });

  it("stays deleted beside what is kept, of which nothing is missing", async () => {
    const file = files.file();
    const store = await files.open({ file, retentionMs: 0 });
    await fill(store);
    const input = { messages: [{ role: "user" as const, content: "stays" }] };
    await store.insert([arrival("later", { input })], roomy);
    await deliverAll(store, 1);
    await store.sweep();
    assert.equal(traces(file), 0);
    assert.deepEqual((await claimOne(store)).request.input, input);
  });

  it("is gone at the next sweep when somebody has read the file meanwhile", async () => {
    const file = files.file();
    const store = await files.open({ file, retentionMs: 0 });
    await fill(store);
    using reader = new DatabaseSync(file);
    reader.exec("begin; select * from arena_requests limit 1");
    await deliverAll(store, 1);
    await store.sweep();
    assert.ok(traces(file) > 0);
    reader.exec("commit");
    await store.sweep();
    assert.equal(traces(file), 0);
  });

  it("is gone after a kill, as soon as the file is opened again", async () => {
    const file = files.file();
    using other = new DatabaseSync(file);
    const store = await files.open({ file, retentionMs: 0 });
    await fill(store);
    await deliverAll(store, 1);
    other.prepare("select 1 from arena_requests").all();
    // As long as another program has the file, a stop leaves the log of changes where it is.
    await store.stop();
    await files.open({ file, retentionMs: 0 });
    assert.equal(traces(file), 0);
  });

  it("goes from the free pages of a file that an older version wrote", async () => {
    const file = files.file();
    await (await files.open({ file })).stop();
    {
      using old = new DatabaseSync(file);
      old.exec(`
        pragma secure_delete = fast;
        insert into arena_inputs values (1, '${word.repeat(100_000)}');
        insert into arena_inputs values (2, '${word.repeat(1000)}');
        delete from arena_inputs;
        pragma user_version = 1`);
    }
    assert.ok(traces(file) > 1000);
    await files.open({ file });
    assert.equal(traces(file), 0);
  });
});
