import assert from "node:assert/strict";
import { closeSync, openSync, readdirSync, statSync, writeSync } from "node:fs";
import { basename, dirname } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { RecordingLogger } from "../../../../test/fixtures/recording-logger.ts";
import { sqliteFiles } from "../../../../test/fixtures/sqlite-files.ts";
import { answerAll, arrival, deliverAll, roomy } from "../../../../test/fixtures/store-rows.ts";
import type { SqliteStore } from "../sqlite-store.ts";

const pageBytes = 4096;

describe("a queue's file that is damaged while it is used", () => {
  const files = sqliteFiles();

  /** Overwrites a page, as a broken disk does. */
  function damage(file: string, page: number): void {
    const handle = openSync(file, "r+");
    writeSync(handle, Buffer.alloc(pageBytes), 0, pageBytes, (page - 1) * pageBytes);
    closeSync(handle);
  }

  function pagesOf(file: string, table: string): readonly number[] {
    using database = new DatabaseSync(file, { readOnly: true });
    const pages = database.prepare("select pageno from dbstat where name = ?").all(table);
    return pages.map(({ pageno }) => Number(pageno));
  }

  async function fill(store: SqliteStore, from: number, to: number): Promise<void> {
    for (let count = from; count < to; count++) {
      const input = { messages: [{ role: "user" as const, content: "x".repeat(1500) }] };
      await store.insert([arrival(String(count), { input })], roomy);
    }
  }

  for (const [part, of] of [
    ["requests", "arena_requests"],
    ["what was asked", "arena_inputs"],
    ["an index", "arena_queued"],
  ] as const) {
    it(`answers everything once, and goes on in a fresh file, when a page of ${part} is zeroed`, async () => {
      const file = files.file();
      const before = await files.open({ file });
      await fill(before, 0, 60);
      await before.stop();
      const logger = new RecordingLogger();
      const store = await files.open({ file, logger });
      for (const page of pagesOf(file, of).slice(-3)) damage(file, page);
      // What SQLite has read before it reads again once others have written.
      using other = new DatabaseSync(file);
      other.exec("update arena_owner set pid = pid + 1");
      await answerAll(store, "waiting");
      await fill(store, 60, 62);
      await answerAll(store, "waiting");
      const delivered = await deliverAll(store);
      const all = delivered.map(({ answer }) => answer.outcome);
      assert.equal(new Set(delivered.map(({ messageID }) => messageID)).size, 62);
      assert.equal(all.length, 62);
      const errors = all.filter((outcome) => outcome !== "OK").length;
      assert.equal(errors > 0, of !== "arena_queued");
      assert.deepEqual(store.health, { trouble: "damaged", lostRows: errors });
      const aside = readdirSync(dirname(file)).filter((name) => name.includes(".damaged-"));
      assert.ok(aside.length >= 1);
      assert.ok(statSync(`${dirname(file)}/${aside[0]}`).size > 10 * pageBytes);
      assert.match(
        logger.items.map(({ msg }) => msg).join(),
        new RegExp(`${basename(file)} is damaged .+ put aside as .+\\.damaged-`),
      );
    });
  }
});
