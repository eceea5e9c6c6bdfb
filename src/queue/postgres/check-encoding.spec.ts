import assert from "node:assert/strict";
import {
  firstPostgresTimeoutMs,
  sharedPostgres,
  type TestPostgres,
} from "../../../test/fixtures/postgres.ts";
import { postgresStore, queryAt } from "../../../test/fixtures/postgres-stores.ts";
import { arrival, claimOne, roomy, whyNotStarted } from "../../../test/fixtures/store-rows.ts";
import { ConfigurationError } from "../../errors/arena-error.ts";

describe("A PostgresStore and the encoding of its database", () => {
  let server: TestPostgres;

  before(async function () {
    this.timeout(firstPostgresTimeoutMs);
    server = await sharedPostgres();
  });

  /** The URL of an empty database of this encoding. */
  async function databaseIn(encoding: string): Promise<string> {
    const url = new URL(await server.createDatabase());
    const name = `${url.pathname.slice(1)}_${encoding.toLowerCase()}`;
    await queryAt(
      url.href,
      `CREATE DATABASE "${name}" ENCODING '${encoding}' LOCALE 'C' TEMPLATE template0`,
    );
    url.pathname = name;
    return url.href;
  }

  it("refuses one that lacks characters, says how to make another, and changes nothing", async () => {
    const url = await databaseIn("LATIN1");
    const error = await whyNotStarted(postgresStore(url));
    assert.ok(error instanceof ConfigurationError);
    assert.match(error.message, /QUEUE_URL.*LATIN1.*ENCODING 'UTF8'/s);
    const tables = await queryAt(url, "SELECT to_regclass('arena_requests') AS name");
    assert.deepEqual(tables, [{ name: null }]);
  });

  it("keeps every character in one of SQL_ASCII", async () => {
    const store = postgresStore(await databaseIn("SQL_ASCII"));
    await store.start();
    const content = "smile 😀 ありがとう";
    const input = { messages: [{ role: "user" as const, content }] };
    await store.insert([arrival("😀", { input })], roomy, false);
    const { request } = await claimOne(store);
    assert.deepEqual([request.messageID, request.input], ["😀", input]);
    await store.stop();
  });
});
