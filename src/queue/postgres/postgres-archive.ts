import pg from "pg";
import { ConfigurationError } from "../../errors/arena-error.ts";
import type { SessionArchive } from "../archive/session-archive.ts";
import { type ArchiveDatabase, SqlArchive } from "../archive/sql-archive.ts";
import { readCommitted } from "./connections.ts";
import { failureAt, toConfigurationError } from "./postgres-problems.ts";
import { fromText, toText } from "./postgres-rows.ts";
import { assertTables } from "./postgres-schema.ts";

/**
 * Opens what a queue keeps in a Postgres, also while servers use it.
 * @throws ConfigurationError when it cannot be reached, or no queue was ever there
 */
export async function openPostgresArchive(url: string): Promise<SessionArchive> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 5000 });
  // The statement under way fails as well, and its caller hears of it.
  client.on("error", () => {});
  try {
    await client.connect();
    await client.query(readCommitted);
    await assertTables(client);
  } catch (error) {
    await client.end();
    const known = toConfigurationError(error, url);
    if (known) throw known;
    const { message } = failureAt(error, url);
    throw new ConfigurationError([{ name: "QUEUE_URL", message }], { cause: error });
  }
  return new SqlArchive(new PostgresArchiveDatabase(client));
}

/** Columns that hold what a task may have chosen freely. */
const encoded = ["model_id", "session_id", "message_id", "metrics"] as const;

class PostgresArchiveDatabase implements ArchiveDatabase {
  readonly input = "request";
  readonly #client: pg.Client;

  constructor(client: pg.Client) {
    this.#client = client;
  }

  async query(sql: string, parameters: readonly (string | number)[]) {
    const values = parameters.map((value) => (typeof value === "string" ? toText(value) : value));
    const { rows } = await this.#client.query<Record<string, unknown>>(sql, values);
    return rows.map(decoded);
  }

  async afterDelete(): Promise<void> {
    // What was deleted is overwritten only when its room is free again.
    await this.#client.query("VACUUM arena_requests, arena_metrics");
  }

  close(): Promise<void> {
    return this.#client.end();
  }
}

function decoded(row: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  const copy = { ...row };
  for (const column of encoded) {
    const value = copy[column];
    if (typeof value === "string") copy[column] = fromText(value);
  }
  return copy;
}
