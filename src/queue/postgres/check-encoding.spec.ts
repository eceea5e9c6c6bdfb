import assert from "node:assert/strict";
import pg from "pg";
import {
  firstPostgresTimeoutMs,
  sharedPostgres,
  type TestPostgres,
} from "../../../test/fixtures/postgres.ts";
import { postgresStore } from "../../../test/fixtures/postgres-stores.ts";
import { arrival, roomy } from "../../../test/fixtures/store-rows.ts";
import { ConfigurationError } from "../../errors/arena-error.ts";

describe("A PostgresStore and the encoding of its database", () => {
  let server: TestPostgres;

  before(async function () {
    this.timeout(firstPostgresTimeoutMs);
    server = await sharedPostgres();
  });

  async function query(url: string, statement: string): Promise<Record<string, unknown>[]> {
    const client = new pg.Client(url);
    await client.connect();
    try {
      return (await client.query<Record<string, unknown>>(statement)).rows;
    } finally {
      await client.end();
    }
  }
  /** The URL of an empty database of this encoding. */
  async function databaseIn(encoding: string): Promise<string> {
    const url = new URL(await server.createDatabase());
    const name = `${url.pathname.slice(1)}_${encoding.toLowerCase()}`;
    await query(
      url.href,
      `CREATE DATABASE "${name}" ENCODING '${encoding}' LOCALE 'C' TEMPLATE template0`,
    );
    url.pathname = name;
    return url.href;
  }

  it("refuses one that lacks characters, says how to make another, and changes nothing", async () => {
    const url = await databaseIn("LATIN1");
    const store = postgresStore(url);
    await assert.rejects(store.start(), (error: Error) => {
      assert.ok(error instanceof ConfigurationError);
      assert.match(error.message, /QUEUE_URL.*LATIN1.*ENCODING 'UTF8'/s);
      return true;
    });
    await store.stop().catch(() => {});
    const tables = await query(url, "SELECT to_regclass('arena_requests') AS name");
    assert.deepEqual(tables, [{ name: null }]);
  });

  for (const encoding of ["UTF8", "SQL_ASCII"]) {
    it(`keeps every character in one of ${encoding}`, async () => {
      const store = postgresStore(await databaseIn(encoding));
      await store.start();
      const content = "smile 😀 ありがとう";
      const input = { messages: [{ role: "user" as const, content }] };
      await store.insert([arrival("😀", { input })], roomy, false);
      const [row] = await store.claim("due", "t", 1, false);
      assert.deepEqual([row?.request.messageID, row?.request.input], ["😀", input]);
      await store.stop();
    });
  }
});
