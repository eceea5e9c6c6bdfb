import assert from "node:assert/strict";
import pg from "pg";
import { freePort } from "../../../test/fixtures/free-port.ts";
import {
  firstPostgresTimeoutMs,
  sharedPostgres,
  type TestPostgres,
} from "../../../test/fixtures/postgres.ts";
import { postgresStore } from "../../../test/fixtures/postgres-stores.ts";
import { arrival, roomy } from "../../../test/fixtures/store-rows.ts";
import { ConfigurationError } from "../../errors/arena-error.ts";
import type { Arrival } from "../stored/queue-store.ts";
import { requestKeyOf } from "../stored/row-keys.ts";
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

  async function query(statement: string): Promise<Record<string, unknown>[]> {
    const client = new pg.Client(url);
    await client.connect();
    try {
      return (await client.query<Record<string, unknown>>(statement)).rows;
    } finally {
      await client.end();
    }
  }
  const changed = (change: (url: URL) => void) => {
    const other = new URL(url);
    change(other);
    return other.href;
  };
  /** Why a store and an archive cannot be opened there; no password is part of it. */
  async function whyNot(where: string): Promise<{ store: unknown; archive: ConfigurationError }> {
    const store = postgresStore(where);
    const reason: unknown = await store.start().then(
      () => assert.fail("it started"),
      (error: unknown) => error,
    );
    await store.stop().catch(() => {});
    const archive: unknown = await openPostgresArchive(where).then(
      () => assert.fail("it opened"),
      (error: unknown) => error,
    );
    assert.ok(archive instanceof ConfigurationError, String(archive));
    for (const error of [reason, archive]) {
      assert.ok(error instanceof Error);
      assert.ok(!`${error.message}${error.stack}`.includes(new URL(where).password), error.message);
    }
    return { store: reason, archive };
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

  it("leaves what is there as it is", async () => {
    const before = postgresStore(url);
    await before.start();
    await before.insert([arrival("1")], roomy, false);
    await before.stop();
    const after = postgresStore(url);
    await after.start();
    assert.equal((await after.stats()).size, 1);
    await after.stop();
  });

  it("goes on with what version 1 stored, which may run meanwhile", async () => {
    const before = postgresStore(url);
    await before.start();
    await before.stop();
    await query("ALTER TABLE arena_requests DROP COLUMN repeated_by, DROP COLUMN asked_at");
    await query("DROP TABLE arena_forgotten");
    await query("DELETE FROM arena_schema WHERE version > 1");
    const insertAsVersion1 = async (messageID: string) => {
      const { arrival: name, request } = arrival(messageID);
      const key = requestKeyOf(request, name);
      await query(`INSERT INTO arena_requests (state, model_id, request_key, arrival, session_id,
        message_id, session_key, request, bytes, received_at, deadline)
        VALUES ('queued', 'm', '${key}', '${name}', 's', '${messageID}', 's', '{}', 2, 1, 1)`);
    };
    await insertAsVersion1("1");
    const five = Array.from({ length: 5 }, () => postgresStore(url));
    await Promise.all(five.map((store) => store.start()));
    await insertAsVersion1("2");
    const [one] = five;
    assert.deepEqual(await one?.insert([arrival("1"), arrival("2"), arrival("3")], roomy, false), [
      "duplicate",
      "duplicate",
      "accepted",
    ]);
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
    const insertAsVersion3 = async ({ arrival: name, request }: Arrival) => {
      const key = requestKeyOf(request, name);
      const inserted =
        await query(`INSERT INTO arena_requests (state, model_id, request_key, arrival,
          session_id, message_id, session_key, request, bytes, received_at, deadline)
        SELECT 'queued', 'm', '${key}', '${name}', 's', '${request.messageID}', 's', '{}', 2, 1, 1
        WHERE NOT EXISTS (SELECT FROM arena_forgotten f WHERE f.arrival = '${name}')
        ON CONFLICT (request_key) DO NOTHING RETURNING id`);
      return inserted.length === 1;
    };
    const [early, late, deleted] = [arrival("1"), arrival("2"), arrival("3")];
    await insertAsVersion3(early);
    await insertAsVersion3(deleted);
    await query("DELETE FROM arena_requests WHERE message_id = '3'");
    const store = postgresStore(url, { retentionMs: 0 });
    await store.start();
    assert.equal(await insertAsVersion3(late), true);
    assert.deepEqual(await store.insert([arrival("1"), arrival("2")], roomy, false), [
      "duplicate",
      "duplicate",
    ]);
    assert.deepEqual(await store.insert([deleted], roomy, true), ["accepted"]);
    const rows = await store.claim("waiting", "t", 9, false);
    assert.equal(rows.length, 2);
    const answer = { text: "{}", outcome: "OK" } as const;
    await store.answer(
      rows.map(({ row, token }) => ({ row, token, answer, answeredAt: 1 })),
      false,
    );
    await store.done(await store.take("t", 9, false), 1);
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
    assert.ok(store instanceof Error && !(store instanceof ConfigurationError));
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
    const store = postgresStore(url);
    await assert.rejects(store.start(), (error: Error) => {
      assert.ok(!(error instanceof ConfigurationError));
      assert.match(
        error.message,
        /the database at 127\.0\.0\.1:\d+\/test_\d+ answers with an error/,
      );
      assert.match(
        error.message,
        /\(relation "arena_replicas" does not exist\); mend what it says/,
      );
      return true;
    });
    await store.stop().catch(() => {});
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

  describe("as a user who may not create tables", () => {
    let limited: string;
    const name = "arena_limited";

    beforeEach(async () => {
      await query(`DROP ROLE IF EXISTS ${name}`);
      await query(`CREATE ROLE ${name} LOGIN PASSWORD 'limited-word'`);
      await query("REVOKE CREATE ON SCHEMA public FROM PUBLIC");
      limited = changed((other) => {
        other.username = name;
        other.password = "limited-word";
      });
    });
    afterEach(async () => {
      await query(`DROP OWNED BY ${name}`);
      await query(`DROP ROLE ${name}`);
    });

    it("says which rights are missing where there are no tables", async () => {
      const store = postgresStore(limited);
      await assert.rejects(store.start(), (error: Error) => {
        assert.ok(error instanceof ConfigurationError);
        assert.match(error.message, /grant CREATE and USAGE on the schema/);
        return true;
      });
      await store.stop().catch(() => {});
    });

    it("works with tables that somebody else made", async () => {
      const owner = postgresStore(url);
      await owner.start();
      await owner.stop();
      await query(`GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO ${name}`);
      await query(`GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO ${name}`);
      const store = postgresStore(limited);
      await store.start();
      await store.insert([arrival("1")], roomy, false);
      const [claim] = await store.claim("due", "t", 1, false);
      assert.ok(claim);
      const { row, token } = claim;
      const answer = { text: "{}", outcome: "OK" } as const;
      assert.deepEqual(await store.answer([{ row, token, answer, answeredAt: 1 }], false), [true]);
      await store.sweep();
      await store.stop();
    });
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
