import assert from "node:assert/strict";
import { postgresStores } from "../../../test/fixtures/postgres-stores.ts";
import { arrival, roomy } from "../../../test/fixtures/store-rows.ts";
import { describeQueueStore } from "../../../test/suites/queue-store.ts";
import { openPostgresArchive } from "./postgres-archive.ts";

describe("PostgresStore", () => {
  const stores = postgresStores();

  describeQueueStore("PostgresStore", {
    open: (options) => stores.open(options),
    openArchive: () => openPostgresArchive(stores.url),
    spoil: async (messageID, column, to) => {
      const statement = `UPDATE arena_requests SET ${column} = $1 WHERE message_id = $2`;
      await stores.query(statement, [to, messageID]);
    },
  });

  it("does a list wholly or not at all", async () => {
    const store = await stores.open();
    const broken = arrival("2", { bytes: 2 ** 40 });
    await assert.rejects(store.insert([arrival("1"), broken], roomy, false));
    assert.equal((await store.stats()).size, 0);
  });
});
