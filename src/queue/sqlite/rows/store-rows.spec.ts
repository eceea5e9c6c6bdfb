import assert from "node:assert/strict";
import { sqliteFiles } from "../../../../test/fixtures/sqlite-files.ts";
import { arrival, published, roomy } from "../../../../test/fixtures/store-rows.ts";
import { DataError } from "../../stored/store-errors.ts";

describe("SqliteStore and data that SQLite refuses", () => {
  const files = sqliteFiles();

  /** What JavaScript may have put in the place of a text. */
  const publishedFor = (session: string) => published(session, { sessionID: JSON.parse(session) });

  for (const session of ["null", "{}", "[1]"]) {
    it(`does the other calls of a turn when one carries ${session} for a text`, async () => {
      const store = await files.open();
      const [inserted, kept, refused] = await Promise.allSettled([
        store.insert([arrival("1")], roomy),
        store.keepMetrics([published("1"), publishedFor(session)]),
        store.insert([arrival("2")], { ...roomy, maxSize: 1 }),
      ]);
      assert.deepEqual(inserted, { status: "fulfilled", value: ["accepted"] });
      assert.deepEqual(refused, { status: "fulfilled", value: ["full"] });
      assert.ok(kept.status === "rejected" && kept.reason instanceof DataError);
      assert.match(kept.reason.message, /queue\.sqlite/);
      assert.equal((await store.stats()).size, 1);
    });
  }
});
