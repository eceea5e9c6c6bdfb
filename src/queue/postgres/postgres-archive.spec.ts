import assert from "node:assert/strict";
import { postgresStores } from "../../../test/fixtures/postgres-stores.ts";
import { arrival, roomy } from "../../../test/fixtures/store-rows.ts";
import { describeSessionArchive } from "../../../test/suites/session-archive.ts";
import { openPostgresArchive } from "./postgres-archive.ts";

describe("openPostgresArchive", () => {
  const stores = postgresStores();
  const openArchive = () => openPostgresArchive(stores.url);
  describeSessionArchive("a PostgresStore", { open: () => stores.open(), openArchive });

  it("leaves no word of a deleted session in the tables' files", async () => {
    const store = await stores.open();
    const archive = await openArchive();
    const secret = "my grandmother's recipe";
    const input = { messages: [{ role: "user", content: secret }] };
    await store.insert([arrival("1", { sessionID: "gone", input })], roomy, false);
    await archive.delete("gone");
    await archive.close();
    const place = async () => {
      const [found] = await stores.query(`
        SELECT position('grandmother'::bytea IN pg_read_binary_file(pg_relation_filepath(t))) AS place
        FROM (VALUES ('arena_requests'::regclass)) AS tables (t)`);
      return found?.["place"];
    };
    const left = await place();
    // Its pages are clean once they are written.
    await stores.query("CHECKPOINT");
    assert.deepEqual([left, await place()], [0, 0]);
  });
});
