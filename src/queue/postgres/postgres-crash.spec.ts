import assert from "node:assert/strict";
import {
  firstPostgresTimeoutMs,
  startPostgres,
  type TestPostgres,
} from "../../../test/fixtures/postgres.ts";
import { postgresStore } from "../../../test/fixtures/postgres-stores.ts";
import { answerOf, arrival, insist, roomy } from "../../../test/fixtures/store-rows.ts";
import type { PostgresStore } from "./postgres-store.ts";

describe("A PostgresStore whose database crashes", () => {
  let server: TestPostgres;
  let store: PostgresStore;

  before(async function () {
    this.timeout(firstPostgresTimeoutMs);
    // What need not be on disk when its statement ends is not there for long.
    server = await startPostgres({ settings: { wal_writer_delay: "10s" } });
    store = postgresStore(await server.createDatabase(), { isSerial: true });
    await store.start();
  });
  after(async function () {
    this.timeout(30_000);
    await store.stop();
    await server[Symbol.asyncDispose]();
  });

  it("takes no answer again that it took before, nor a turn of a session", async function () {
    this.timeout(30_000);
    const list = ["1", "2", "3"].map((id) => arrival(id, { sessionID: id < "3" ? "s" : "t" }));
    await store.insert(list, roomy, false);
    const [running, answered] = await store.claim("due", "claim", 2, false);
    assert.ok(running && answered);
    await store.answer([answerOf(answered)], false);
    const taken = await store.take("take", 9, false);
    assert.equal(taken.length, 1);
    await server.kill();
    await server.start();
    assert.deepEqual(await insist(() => store.take("another", 9, false)), []);
    assert.deepEqual(await insist(() => store.claim("due", "another", 9, false)), []);
    await insist(() => store.done(taken, 1));
    const { size, pending, undelivered } = await insist(() => store.stats());
    assert.deepEqual([size, pending, undelivered], [1, 1, 0]);
  });
});
