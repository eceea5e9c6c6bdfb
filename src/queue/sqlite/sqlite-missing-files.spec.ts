import assert from "node:assert/strict";
import { readdirSync, renameSync, rmSync } from "node:fs";
import { basename, dirname } from "node:path";
import { fileURLToPath } from "node:url";
import { JsonLinesProcess } from "../../../test/fixtures/json-lines-process.ts";
import { RecordingLogger } from "../../../test/fixtures/recording-logger.ts";
import { sqliteFiles } from "../../../test/fixtures/sqlite-files.ts";
import { arrival, roomy } from "../../../test/fixtures/store-rows.ts";
import { openSqliteArchive } from "./open-sqlite-archive.ts";
import type { SqliteStore } from "./sqlite-store.ts";

interface Line {
  readonly accepted?: string;
  readonly open?: number;
}

const program = fileURLToPath(
  new URL("../../../test/fixtures/programs/sqlite-store.ts", import.meta.url),
);

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
        await using child = new JsonLinesProcess<Line>(program, { arguments: [file, "steps"] });
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
    await store.insert([arrival("1")], roomy);
    const [claim] = await store.claim("due", "t", 1, false);
    assert.ok(claim);
    rmSync(`${file}-wal`);
    const answer = { text: "yes", outcome: "OK" as const };
    const { row, token } = claim;
    assert.deepEqual(await store.answer([{ row, token, answer, answeredAt: 1 }], false), [true]);
    assert.match(messages().join(), /queue\.sqlite \(-wal, -shm\) was deleted.+Nothing is lost/);
    assert.equal(store.health.lostRows, 0);
    assert.equal((await store.take("t", 9, false)).length, 1);
    assert.ok(readdirSync(dirname(file)).includes(`${basename(file)}-wal`));
  });

  it("says how many requests it lacks when its log went with the process", async () => {
    const file = files.file();
    await using child = new JsonLinesProcess<Line>(program, { arguments: [file, "inserts"] });
    await child.reached(20);
    child.kill("SIGKILL");
    await child.exited;
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
    await using child = new JsonLinesProcess<Line>(program, { arguments: [file, "inserts"] });
    await child.reached(20);
    child.kill("SIGKILL");
    await child.exited;
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
    await store.insert([arrival("1")], roomy);
    await store.stop();
    renameSync(file, `${file}-away`);
    const next = await files.open({ file, logger });
    assert.deepEqual([messages(), next.health.lostRows, await size(next)], [[], 0, 0]);
  });
});
