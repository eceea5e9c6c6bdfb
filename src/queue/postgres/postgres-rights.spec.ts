import assert from "node:assert/strict";
import pg from "pg";
import { postgresStore, postgresStores, queryAt } from "../../../test/fixtures/postgres-stores.ts";
import {
  answerRows,
  arrival,
  insert,
  published,
  refusal,
  roomy,
  whyNotStarted,
} from "../../../test/fixtures/store-rows.ts";
import { ConfigurationError } from "../../errors/arena-error.ts";

describe("A user of the database who may only delete requests", () => {
  const stores = postgresStores();
  const name = "arena_cleaner";
  let cleaner: pg.Client;

  beforeEach(async () => {
    await stores.query(`CREATE ROLE ${name} LOGIN PASSWORD 'cleaner-word'`);
    await stores.query(`GRANT SELECT, DELETE ON arena_requests TO ${name}`);
    cleaner = new pg.Client(stores.urlFor(name, "cleaner-word"));
    await cleaner.connect();
  });
  afterEach(async () => {
    await cleaner.end();
    await stores.query(`DROP OWNED BY ${name}`);
    await stores.query(`DROP ROLE ${name}`);
  });

  /** Of each table that something of ours might write to when requests are deleted. */
  const trap = (table: string) => `
    CREATE TEMPORARY TABLE ${table} (LIKE public.${table});
    CREATE TRIGGER trap BEFORE INSERT ON ${table} FOR EACH ROW EXECUTE FUNCTION pg_temp.trap();`;

  it("runs nothing as the owner of the tables by laying tables of its own in the way", async () => {
    const store = await stores.open({ retentionMs: 0 });
    await insert(store, "1");
    const tables = ["arena_forgotten", "arena_metrics", "arena_replicas"];
    await stores.query(`GRANT SELECT ON ${tables.join()} TO ${name}`);
    await cleaner.query(`
      CREATE FUNCTION pg_temp.trap() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN EXECUTE 'ALTER ROLE ${name} SUPERUSER'; RETURN NEW; END $$;
      ${tables.map(trap).join("")}`);
    const { rowCount } = await cleaner.query("DELETE FROM public.arena_requests");
    assert.equal(rowCount, 1);
    const roles = await stores.query("SELECT rolsuper FROM pg_roles WHERE rolname = $1", [name]);
    assert.deepEqual(roles, [{ rolsuper: false }]);
  });

  it("finds nothing that runs with the rights of somebody else", async () => {
    const found = await stores.query(
      "SELECT proname FROM pg_proc WHERE prosecdef AND pronamespace = 'public'::regnamespace",
    );
    assert.deepEqual(found, []);
  });
});

describe("A server whose user does not own the tables", () => {
  const stores = postgresStores();
  const name = 'arena "limited"';
  const quoted = '"arena ""limited"""';
  let url: string;

  beforeEach(async () => {
    await stores.query(`CREATE ROLE ${quoted} LOGIN PASSWORD 'limited-word'`);
    await stores.query("REVOKE CREATE ON SCHEMA public FROM PUBLIC");
    url = stores.urlFor(encodeURIComponent(name), "limited-word");
  });
  afterEach(async () => {
    await stores.query("GRANT USAGE ON SCHEMA public TO PUBLIC");
    await stores.query(`DROP OWNED BY ${quoted}`);
    await stores.query(`DROP ROLE ${quoted}`);
  });

  /** Why a server does not start as that user. */
  async function problem(where = url): Promise<string> {
    const error = await whyNotStarted(postgresStore(where));
    assert.ok(error instanceof ConfigurationError, String(error));
    return error.message;
  }
  /** The statements in a message. */
  const grantsIn = (message: string) => message.match(/GRANT [^;]+;/g) ?? [];
  const grantAll = () =>
    stores.query(`GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO ${quoted};
      GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO ${quoted}`);
  /** Every kind of statement that a server makes. */
  async function work(): Promise<void> {
    const store = await stores.open({ url, retentionMs: 0, isSerial: true });
    const [first, second] = [arrival("1"), arrival("2", { sessionID: "t" })];
    assert.deepEqual(await store.insert([first, second], roomy, false), ["accepted", "accepted"]);
    assert.deepEqual(await store.insert([arrival("1")], roomy, false), ["duplicate"]);
    const rows = await store.claim("due", "t", 9, false);
    await store.giveBack(rows.slice(1));
    assert.deepEqual(await answerRows(store, rows.slice(0, 1)), [true]);
    await store.release(await store.take("t", 9, false));
    await store.done(await store.take("u", 9, false), 1);
    assert.deepEqual(await store.refuse([refusal("r")], true), [true]);
    await store.stats();
    await store.sweep();
    const keeping = await stores.open({ url });
    await keeping.keepMetrics([published("m")]);
    await keeping.sweep();
  }

  it("says what to run when it starts, and works when that was run", async () => {
    const message = await problem();
    assert.match(message, /QUEUE_URL: its user may not use all of the tables arena_…/);
    assert.doesNotMatch(message, /limited-word/);
    const grants = grantsIn(message);
    assert.equal(grants.length, 6);
    for (const grant of grants) await stores.query(grant);
    await work();
  });

  for (const [missing, expected] of [
    ["INSERT ON arena_forgotten", "GRANT INSERT ON TABLE public.arena_forgotten TO "],
    ["SELECT ON arena_schema", "GRANT SELECT ON TABLE public.arena_schema TO "],
  ] as const) {
    it(`says what it lacks beside the others: ${missing}`, async () => {
      await grantAll();
      await stores.query(`REVOKE ${missing} FROM ${quoted}`);
      const grants = grantsIn(await problem());
      assert.deepEqual(grants, [`${expected}${quoted};`]);
      await stores.query(expected + quoted);
      await work();
    });
  }

  it("says which rights it lacks where there are no tables", async () => {
    const empty = await stores.server.createDatabase();
    await queryAt(empty, "REVOKE CREATE ON SCHEMA public FROM PUBLIC");
    const { pathname } = new URL(empty);
    const where = Object.assign(new URL(url), { pathname }).href;
    assert.match(await problem(where), /grant CREATE and USAGE on the schema/);
  });

  it("says that it sees no schema", async () => {
    await stores.query("REVOKE USAGE ON SCHEMA public FROM PUBLIC");
    assert.match(await problem(), /grant CREATE and USAGE on the schema/);
  });
});
