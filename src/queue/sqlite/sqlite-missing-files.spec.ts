import assert from "node:assert/strict";
import { readdirSync, renameSync, rmSync } from "node:fs";
import { basename, dirname } from "node:path";
import { RecordingLogger } from "../../../test/fixtures/recording-logger.ts";
import { killWriter, sqliteFiles, storeProcess } from "../../../test/fixtures/sqlite-files.ts";
import { answerOf, claimOne, insert } from "../../../test/fixtures/store-rows.ts";
import { openSqliteArchive } from "./open-sqlite-archive.ts";
import type { SqliteStore } from "./sqlite-store.ts";

describe("a SqliteStore of which files are deleted", () => {
  const files = sqliteFiles();
  let logger: RecordingLogger;
  beforeEach(() => {
    logger = new RecordingLogger();
  });

  const size = async (store: SqliteStore) => (await store.stats()).size;
  const messages = () => logger.items.map(({ msg }) => msg);

  for (const endings of [["-wal", "-shm"], [""]]) {
    it(`keeps what it has when queue.sqlite${endings.join(" and ")} is deleted under it`, async () => {
      const file = files.file();
      {
        await using child = storeProcess(file, "steps");
        await child.reached(3);
        for (const ending of endings) rmSync(`${file}${ending}`);
        child.tell("");
        await child.reached(5);
        child.kill("SIGKILL");
        await child.exited;
      }
      const store = await files.open({ file, logger });
      assert.equal(await size(store), 4);
      assert.deepEqual(messages(), []);
    });
  }

  it("says so, and goes on", async () => {
    const file = files.file();
    const store = await files.open({ file, logger });
    await insert(store, "1");
    const claim = await claimOne(store);
    rmSync(`${file}-wal`);
    assert.deepEqual(await store.answer([answerOf(claim)], false), [true]);
    assert.match(messages().join(), /queue\.sqlite \(-wal, -shm\) was deleted.+Nothing is lost/);
    assert.equal(store.health.lostRows, 0);
    assert.equal((await store.take("t", 9, false)).length, 1);
    assert.ok(readdirSync(dirname(file)).includes(`${basename(file)}-wal`));
  });

  it("says how many requests it lacks when its log went with the process", async () => {
    const file = files.file();
    await killWriter(file, 20);
    rmSync(`${file}-wal`);
    const store = await files.open({ file, logger });
    assert.ok(store.health.lostRows >= 19);
    assert.match(messages().join(), /lacks the last \d+ of the requests that were stored/);
    const { lostRows } = store.health;
    await store.stop();
    // Once said, it is no news.
    logger = new RecordingLogger();
    const next = await files.open({ file, logger });
    assert.deepEqual([messages(), next.health.lostRows, lostRows > 0], [[], 0, true]);
  });

  it("lacks nothing when another program took the log over after a kill", async () => {
    const file = files.file();
    await killWriter(file, 20);
    const archive = openSqliteArchive(file);
    const [session] = await archive.sessions();
    await archive.delete("s");
    await archive.close();
    assert.ok(session && session.requests >= 19);
    assert.ok(!readdirSync(dirname(file)).includes(`${basename(file)}-wal`));
    const store = await files.open({ file, logger });
    assert.deepEqual([messages(), store.health.lostRows], [[], 0]);
  });

  it("begins anew without a word where the whole file was taken away", async () => {
    const file = files.file();
    const store = await files.open({ file });
    await insert(store, "1");
    await store.stop();
    renameSync(file, `${file}-away`);
    const next = await files.open({ file, logger });
    assert.deepEqual([messages(), next.health.lostRows, await size(next)], [[], 0, 0]);
  });
});
