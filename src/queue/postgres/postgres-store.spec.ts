import assert from "node:assert/strict";
import { postgresStores } from "../../../test/fixtures/postgres-stores.ts";
import { arrival, roomy } from "../../../test/fixtures/store-rows.ts";
import { describeQueueStore } from "../../../test/suites/queue-store.ts";
import { describeSessionArchive } from "../../../test/suites/session-archive.ts";
import { openPostgresArchive } from "./postgres-archive.ts";

describe("PostgresStore", () => {
  const stores = postgresStores();
  const open = stores.open.bind(stores);
  const openArchive = () => openPostgresArchive(stores.url);

  describeQueueStore("PostgresStore", {
    open,
    openArchive,
    spoil: async (messageID, column, to) => {
      const statement = `UPDATE arena_requests SET ${column} = $1 WHERE message_id = $2`;
      await stores.query(statement, [to, messageID]);
    },
  });
  describeSessionArchive("PostgresStore", { open, openArchive });

  it("does a list wholly or not at all", async () => {
    const store = await stores.open();
    const broken = arrival("2", { bytes: 2 ** 40 });
    await assert.rejects(store.insert([arrival("1"), broken], roomy, false));
    assert.equal((await store.stats()).size, 0);
  });

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
