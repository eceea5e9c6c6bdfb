import assert from "node:assert/strict";
import { postgresStore, postgresStores } from "../../../test/fixtures/postgres-stores.ts";
import { arrival, roomy } from "../../../test/fixtures/store-rows.ts";
import type { Answer } from "../request-queue.ts";
import { openPostgresArchive } from "./postgres-archive.ts";

describe("A database with settings of its own", () => {
  const stores = postgresStores();
  const ok: Answer = { text: '{"text":"yes","image":null}', outcome: "OK" };

  /** Makes a call that has to wait for rows that somebody else changes meanwhile. */
  async function met<Result>(call: () => Promise<Result>): Promise<Result> {
    await stores.query("BEGIN");
    await stores.query("UPDATE arena_requests SET bytes = bytes + 1");
    const result = call();
    const isWaiting = "SELECT FROM pg_locks WHERE NOT granted";
    while ((await stores.query(isWaiting)).length === 0);
    await stores.query("COMMIT");
    return result;
  }

  for (const isolation of ["repeatable read", "serializable"]) {
    it(`is used as any other where its transactions are ${isolation}`, async () => {
      const name = new URL(stores.url).pathname.slice(1);
      await stores.query(
        `ALTER DATABASE ${name} SET default_transaction_isolation = '${isolation}'`,
      );
      const store = await stores.open();
      await store.insert([arrival("1")], roomy, false);
      const [claim] = await store.claim("due", "claim", 1, false);
      assert.ok(claim);
      const { row, token } = claim;
      const answered = { row, token, answer: ok, answeredAt: 1 };
      assert.deepEqual(await met(() => store.answer([answered], false)), [true]);
      const [taken] = await store.take("take", 1, false);
      assert.ok(taken);
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
      const store = postgresStore(url);
      await assert.rejects(store.start(), expected);
      await store.stop().catch(() => {});
    });
  }
});
