import assert from "node:assert/strict";
import { postgresStore, postgresStores } from "../../../test/fixtures/postgres-stores.ts";
import {
  answerOf,
  claimOne,
  insert,
  takeOne,
  whyNotStarted,
} from "../../../test/fixtures/store-rows.ts";
import { openPostgresArchive } from "./postgres-archive.ts";

describe("A database with settings of its own", () => {
  const stores = postgresStores();

  /** Makes a call that has to wait for rows that somebody else changes meanwhile. */
  async function met<Result>(call: () => Promise<Result>): Promise<Result> {
    await stores.query("BEGIN");
    await stores.query("UPDATE arena_requests SET bytes = bytes + 1");
    const result = call();
    await stores.until("SELECT FROM pg_locks WHERE NOT granted");
    await stores.query("COMMIT");
    return result;
  }

  for (const isolation of ["repeatable read", "serializable"]) {
    it(`is used as any other where its transactions are ${isolation}`, async () => {
      await stores.query(
        `ALTER DATABASE ${stores.databaseName} SET default_transaction_isolation = '${isolation}'`,
      );
      const store = await stores.open();
      await insert(store, "1");
      const answered = answerOf(await claimOne(store));
      assert.deepEqual(await met(() => store.answer([answered], false)), [true]);
      const taken = await takeOne(store);
      await met(() => store.release([taken]));
      const archive = await openPostgresArchive(stores.url);
      const deleted = await met(() => archive.delete("s"));
      await archive.close();
      assert.deepEqual(deleted, { requests: 1, metrics: 0 });
    });
  }

  for (const [setting, expected] of [
    ["search_path = nowhere", /finds no schema .*; grant .*, or correct the user's search_path/],
    ["default_transaction_read_only = on", /read-only.*or turn default_transaction_read_only off/],
  ] as const) {
    it(`says at the start which setting is in its way: ${setting}`, async () => {
      const url = await stores.server.createDatabase();
      const name = new URL(url).pathname.slice(1);
      await stores.query(`ALTER DATABASE ${name} SET ${setting}`);
      const { message } = await whyNotStarted(postgresStore(url));
      assert.match(message, expected);
    });
  }
});
