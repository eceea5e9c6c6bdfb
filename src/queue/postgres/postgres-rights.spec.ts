import assert from "node:assert/strict";
import pg from "pg";
import { postgresStores } from "../../../test/fixtures/postgres-stores.ts";
import { arrival, roomy } from "../../../test/fixtures/sqlite-files.ts";

describe("A user of the database who may only delete requests", () => {
  const stores = postgresStores();
  const name = "arena_cleaner";
  let cleaner: pg.Client;

  beforeEach(async () => {
    await stores.query(`CREATE ROLE ${name} LOGIN PASSWORD 'cleaner-word'`);
    await stores.query(`GRANT SELECT, DELETE ON arena_requests TO ${name}`);
    const url = new URL(stores.url);
    url.username = name;
    url.password = "cleaner-word";
    cleaner = new pg.Client(url.href);
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
    await store.insert([arrival("1")], roomy, false);
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
