import assert from "node:assert/strict";
import { insertAsBefore } from "../../../test/fixtures/earlier-builds.ts";
import { freePort } from "../../../test/fixtures/free-port.ts";
import {
  firstPostgresTimeoutMs,
  sharedPostgres,
  type TestPostgres,
} from "../../../test/fixtures/postgres.ts";
import { postgresStore, queryAt } from "../../../test/fixtures/postgres-stores.ts";
import {
  answerAll,
  arrival,
  deliverAll,
  insert,
  roomy,
  whyNotStarted,
} from "../../../test/fixtures/store-rows.ts";
import { ConfigurationError } from "../../errors/arena-error.ts";
import type { Arrival } from "../stored/queue-store.ts";
import { openPostgresArchive } from "./postgres-archive.ts";

describe("The start of a PostgresStore", () => {
  let server: TestPostgres;
  let url: string;

  before(async function () {
    this.timeout(firstPostgresTimeoutMs);
    server = await sharedPostgres();
  });
  beforeEach(async () => {
    url = await server.createDatabase();
  });

  const query = (statement: string, values: unknown[] = []) => queryAt(url, statement, values);
  const changed = (change: (url: URL) => void) => {
    const other = new URL(url);
    change(other);
    return other.href;
  };
  /** Why a store and an archive cannot be opened there; no password is part of it. */
  async function whyNot(where: string): Promise<{ store: Error; archive: ConfigurationError }> {
    const store = await whyNotStarted(postgresStore(where));
    const archive: unknown = await openPostgresArchive(where).then(
      () => assert.fail("it opened"),
      (error: unknown) => error,
    );
    assert.ok(archive instanceof ConfigurationError, String(archive));
    for (const { message, stack } of [store, archive]) {
      assert.ok(!`${message}${stack}`.includes(new URL(where).password), message);
    }
    return { store, archive };
  }
  /** What only an operator can mend. */
  async function problem(where: string): Promise<string> {
    const { store, archive } = await whyNot(where);
    assert.ok(store instanceof ConfigurationError, String(store));
    const names = store.problems.map(({ name }) => name);
    assert.deepEqual(names, ["QUEUE_URL"]);
    assert.equal(archive.message, store.message);
    return store.message;
  }

  it("makes the tables once, however many replicas come to an empty database at once", async () => {
    const five = Array.from({ length: 5 }, () => postgresStore(url));
    await Promise.all(five.map((store) => store.start()));
    const versions = await query("SELECT version FROM arena_schema ORDER BY version");
    assert.deepEqual(
      versions,
      [1, 2, 3, 4].map((version) => ({ version })),
    );
    const outcomes = await Promise.all(
      five.map((store, at) => store.insert([arrival(`${at}`)], roomy, false)),
    );
    assert.deepEqual(new Set(outcomes.flat()), new Set(["accepted"]));
    await Promise.all(five.map((store) => store.stop()));
    assert.deepEqual(await query("SELECT * FROM arena_replicas"), []);
  });

  it("goes on with what version 1 stored, which may run meanwhile", async () => {
    const before = postgresStore(url);
    await before.start();
    await before.stop();
    await query("ALTER TABLE arena_requests DROP COLUMN repeated_by, DROP COLUMN asked_at");
    await query("DROP TABLE arena_forgotten");
    await query("DELETE FROM arena_schema WHERE version > 1");
    const insertAsVersion1 = (messageID: string) =>
      insertAsBefore(query, 2, arrival(messageID), { looksForDeleted: false });
    await insertAsVersion1("1");
    const five = Array.from({ length: 5 }, () => postgresStore(url));
    await Promise.all(five.map((store) => store.start()));
    await insertAsVersion1("2");
    const [one] = five;
    assert.ok(one);
    assert.deepEqual(await insert(one, "1", "2", "3"), ["duplicate", "duplicate", "accepted"]);
    await Promise.all(five.map((store) => store.stop()));
  });

  it("goes on with what version 3 stored, which may run meanwhile, and takes its trigger away", async () => {
    const before = postgresStore(url);
    await before.start();
    await before.stop();
    await query(`ALTER TABLE arena_requests DROP COLUMN asked_at;
      CREATE FUNCTION arena_forget() RETURNS trigger LANGUAGE plpgsql
        SECURITY DEFINER SET search_path FROM CURRENT AS $$
      BEGIN
        INSERT INTO arena_forgotten (arrival, deleted_at)
        SELECT unnest(arrival || repeated_by), now() FROM gone ON CONFLICT DO NOTHING;
        RETURN NULL;
      END $$;
      CREATE TRIGGER arena_forget AFTER DELETE ON arena_requests
        REFERENCING OLD TABLE AS gone FOR EACH STATEMENT EXECUTE FUNCTION arena_forget();
      DELETE FROM arena_schema WHERE version > 3`);
    const insertAsVersion3 = (one: Arrival) => insertAsBefore(query, 2, one);
    const [early, late, deleted] = [arrival("1"), arrival("2"), arrival("3")];
    await insertAsVersion3(early);
    await insertAsVersion3(deleted);
    await query("DELETE FROM arena_requests WHERE message_id = '3'");
    const store = postgresStore(url, { retentionMs: 0 });
    await store.start();
    assert.equal(await insertAsVersion3(late), true);
    assert.deepEqual(await insert(store, "1", "2"), ["duplicate", "duplicate"]);
    assert.deepEqual(await store.insert([deleted], roomy, true), ["accepted"]);
    assert.equal(await answerAll(store, "waiting"), 2);
    await deliverAll(store);
    assert.deepEqual(await query("SELECT FROM arena_requests"), []);
    // What this version has deleted is not new for the one before.
    assert.equal(await insertAsVersion3(late), false);
    await store.stop();
    const found = await query("SELECT FROM pg_proc WHERE proname = 'arena_forget'");
    assert.deepEqual(found, []);
  });

  it("changes nothing in the tables of a newer version", async () => {
    await query("CREATE TABLE arena_schema (version integer PRIMARY KEY)");
    await query("INSERT INTO arena_schema VALUES (1), (1000)");
    const message = await problem(url);
    assert.match(message, /made by a newer arena-model-server \(version 1000; this one knows 4\)/);
    assert.match(message, /Run that version, or name another database; nothing was changed/);
    assert.deepEqual(await query("SELECT to_regclass('arena_requests') AS name"), [{ name: null }]);
  });

  it("says that the password is wrong", async () => {
    const message = await problem(changed((other) => (other.password = "secret-word")));
    assert.match(message, /the database at 127\.0\.0\.1:\d+\/test_\d+ cannot be used/);
    assert.match(message, /it refuses the user or the password; correct them in QUEUE_URL/);
  });

  it("says that there is no such database", async () => {
    const message = await problem(changed((other) => (other.pathname = "/nowhere")));
    assert.match(message, /\/nowhere cannot be used: it has no database of this name/);
  });

  it("says that nobody listens there, and lets its caller try again", async () => {
    const port = await freePort();
    const where = changed((other) => (other.port = String(port)));
    const { store, archive } = await whyNot(where);
    assert.ok(!(store instanceof ConfigurationError));
    for (const { message } of [store, archive]) {
      assert.match(message, new RegExp(`127\\.0\\.0\\.1:${port}/test_\\d+ cannot be reached`));
      assert.match(message, /ECONNREFUSED.*; start it, or correct QUEUE_URL/);
    }
  });

  it("says what a database answers that does not do what it shall", async () => {
    const first = postgresStore(url);
    await first.start();
    await first.stop();
    await query("DROP TABLE arena_replicas");
    const error = await whyNotStarted(postgresStore(url));
    assert.ok(!(error instanceof ConfigurationError));
    assert.match(error.message, /the database at 127\.0\.0\.1:\d+\/test_\d+ answers with an error/);
    assert.match(error.message, /\(relation "arena_replicas" does not exist\); mend what it says/);
  });

  it("can be tried again once the database is there", async () => {
    const name = `later_${Date.now()}`;
    const store = postgresStore(changed((other) => (other.pathname = name)));
    await assert.rejects(store.start(), ConfigurationError);
    await query(`CREATE DATABASE ${name}`);
    await store.start();
    assert.equal((await store.stats()).size, 0);
    await store.stop();
  });
});

describe("openPostgresArchive", () => {
  it("says that no server has run with a database without tables", async () => {
    const url = await (await sharedPostgres()).createDatabase();
    await assert.rejects(openPostgresArchive(url), (error: Error) => {
      assert.ok(error instanceof ConfigurationError);
      assert.match(
        error.message,
        /QUEUE_URL: its database has no tables arena_…\. Has a server run/,
      );
      return true;
    });
  });
});
