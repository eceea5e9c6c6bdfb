import type { ClientBase } from "pg";
import { ConfigurationError } from "../../errors/arena-error.ts";

/**
 * What each version adds to the one before. A released entry never changes:
 * databases out there have it already. Times are milliseconds since 1970.
 */
const migrations: readonly string[] = [
  `
  CREATE TABLE arena_requests (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    request_key text NOT NULL UNIQUE,
    arrival text NOT NULL,
    model_id text NOT NULL,
    session_id text NOT NULL,
    message_id text NOT NULL,
    session_key text NOT NULL,
    state text NOT NULL CHECK (state IN ('queued', 'running', 'answered', 'delivering', 'delivered')),
    has_turn boolean NOT NULL DEFAULT false,
    request text,
    bytes integer,
    received_at bigint NOT NULL,
    deadline bigint,
    attempts integer NOT NULL DEFAULT 0,
    owner text,
    claim text,
    claimed_at bigint,
    answer text,
    outcome text,
    answered_at bigint,
    answer_order bigint,
    delivery text,
    is_asked_again boolean NOT NULL DEFAULT false,
    is_repeated boolean NOT NULL DEFAULT false,
    repeated_at bigint,
    delivered_at bigint
  ) WITH (fillfactor = 85, autovacuum_vacuum_scale_factor = 0.02, autovacuum_analyze_scale_factor = 0.02);
  CREATE SEQUENCE arena_answer_order;
  CREATE INDEX arena_requests_waiting ON arena_requests (model_id, (id + 0)) WHERE state = 'queued';
  CREATE INDEX arena_requests_deadline ON arena_requests (model_id, deadline) WHERE state = 'queued';
  CREATE INDEX arena_requests_session ON arena_requests (model_id, session_key, id)
    WHERE state = 'queued';
  CREATE UNIQUE INDEX arena_requests_turn ON arena_requests (model_id, session_key)
    WHERE state = 'running' AND has_turn;
  CREATE INDEX arena_requests_undelivered ON arena_requests (model_id, state, answer_order)
    WHERE state IN ('answered', 'delivering');
  CREATE INDEX arena_requests_held ON arena_requests (owner) WHERE state IN ('running', 'delivering');
  CREATE INDEX arena_requests_delivered ON arena_requests (delivered_at) WHERE state = 'delivered';
  CREATE TABLE arena_metrics (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    arrival text NOT NULL UNIQUE,
    model_id text NOT NULL,
    session_id text NOT NULL,
    metrics text NOT NULL,
    received_at bigint NOT NULL
  );
  CREATE INDEX arena_metrics_received ON arena_metrics (received_at);
  CREATE TABLE arena_replicas (
    id text PRIMARY KEY,
    lease_until timestamptz NOT NULL
  );
  `,
  // The arrivals that repeated it, the latest first.
  "ALTER TABLE arena_requests ADD COLUMN repeated_by text[] NOT NULL DEFAULT '{}'",
  // Whoever still asks what became of a request that was soon deleted must not be taken for new.
  `
  CREATE TABLE arena_forgotten (
    arrival text PRIMARY KEY,
    deleted_at timestamptz NOT NULL
  );
  CREATE INDEX arena_forgotten_age ON arena_forgotten (deleted_at);
  CREATE FUNCTION arena_forget() RETURNS trigger LANGUAGE plpgsql
    SECURITY DEFINER SET search_path FROM CURRENT AS $$
  BEGIN
    INSERT INTO arena_forgotten (arrival, deleted_at)
    SELECT unnest(arrival || repeated_by), now() FROM gone
    WHERE greatest(received_at, repeated_at) > extract(epoch FROM now() - interval '2 minutes') * 1000
    ON CONFLICT DO NOTHING;
    RETURN NULL;
  END $$;
  CREATE TRIGGER arena_forget AFTER DELETE ON arena_requests
    REFERENCING OLD TABLE AS gone FOR EACH STATEMENT EXECUTE FUNCTION arena_forget();
  `,
  // Whoever deletes writes it down: nothing runs with rights that its caller lacks. Ages are by one clock.
  `
  DROP TRIGGER arena_forget ON arena_requests;
  DROP FUNCTION arena_forget();
  ALTER TABLE arena_requests ADD COLUMN asked_at timestamptz NOT NULL DEFAULT now();
  `,
];

/** Any number that nobody else takes in the same database. */
const lockNumber = 80_618_062;

/**
 * Brings the tables to this version, also when several replicas start at once.
 * @throws ConfigurationError when a newer version was here before
 */
export async function migrate(client: ClientBase): Promise<void> {
  if ((await versionOf(client)) === migrations.length) return;
  await client.query("BEGIN");
  try {
    await client.query("SELECT pg_advisory_xact_lock($1)", [lockNumber]);
    await client.query("CREATE TABLE IF NOT EXISTS arena_schema (version integer PRIMARY KEY)");
    const version = await versionOf(client);
    if (version > migrations.length) throw newerVersion(version);
    for (const [step, migration] of migrations.entries()) {
      if (step < version) continue;
      await client.query(migration);
      await client.query("INSERT INTO arena_schema (version) VALUES ($1)", [step + 1]);
    }
    await client.query("COMMIT");
  } catch (error) {
    await client.query("ROLLBACK");
    throw error;
  }
}

/** @throws ConfigurationError when no queue was ever here, or a newer version's */
export async function assertTables(client: ClientBase): Promise<void> {
  const version = await versionOf(client);
  if (version > migrations.length) throw newerVersion(version);
  if (version > 0) return;
  const message = "its database has no tables arena_…. Has a server run with it?";
  throw new ConfigurationError([{ name: "QUEUE_URL", message }]);
}

async function versionOf(client: ClientBase): Promise<number> {
  const { rows } = await client.query<{ name: string | null }>(
    "SELECT to_regclass('arena_schema') AS name",
  );
  if (rows[0]?.name === null) return 0;
  const versions = await client.query<{ version: number | null }>(
    "SELECT max(version) AS version FROM arena_schema",
  );
  return versions.rows[0]?.version ?? 0;
}

function newerVersion(version: number): ConfigurationError {
  const message = `its tables were made by a newer arena-model-server (version ${version}; this one knows ${migrations.length}). Run that version, or name another database; nothing was changed`;
  return new ConfigurationError([{ name: "QUEUE_URL", message }]);
}
