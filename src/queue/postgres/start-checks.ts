import type { ClientBase } from "pg";
import { ConfigurationError } from "../../errors/arena-error.ts";
import type { Connections } from "./connections.ts";

/** Encodings that hold every character: all of them, or whatever bytes they are given. */
const complete = ["UTF8", "SQL_ASCII"];

/** @throws ConfigurationError for a database that would refuse some of what people and models write */
export async function checkEncoding(client: ClientBase): Promise<void> {
  const { rows } = await client.query<{ server_encoding: string }>("SHOW server_encoding");
  const encoding = rows[0]?.server_encoding ?? "";
  if (complete.includes(encoding)) return;
  const message = `its database has the encoding ${encoding}, which lacks characters that people and models write, such as emoji; expected UTF8. Make a database with CREATE DATABASE arena ENCODING 'UTF8' LOCALE 'C' TEMPLATE template0, and name it in QUEUE_URL; nothing was changed`;
  throw new ConfigurationError([{ name: "QUEUE_URL", message }]);
}

/** What a server does with each of our tables: also what somebody else made who owns them. */
const needed: Readonly<Record<string, readonly string[]>> = {
  arena_schema: ["SELECT"],
  arena_requests: ["SELECT", "INSERT", "UPDATE", "DELETE"],
  arena_metrics: ["SELECT", "INSERT", "UPDATE", "DELETE"],
  arena_replicas: ["SELECT", "INSERT", "UPDATE", "DELETE"],
  arena_forgotten: ["SELECT", "INSERT", "DELETE"],
  arena_answer_order: ["USAGE"],
};

/** What is missing of them, one row a table or sequence, as GRANT takes it. */
const findMissing = `
SELECT format('GRANT %s ON %s %I.%I TO %I', string_agg(n.privilege, ', ' ORDER BY n.place),
    CASE c.relkind WHEN 'S' THEN 'SEQUENCE' ELSE 'TABLE' END, s.nspname, c.relname, current_user) AS grant
FROM unnest($1::text[], $2::text[]) WITH ORDINALITY AS n (name, privilege, place)
JOIN pg_class c ON c.oid = to_regclass(n.name)
JOIN pg_namespace s ON s.oid = c.relnamespace
WHERE NOT CASE c.relkind WHEN 'S' THEN has_sequence_privilege(c.oid, n.privilege)
  ELSE has_table_privilege(c.oid, n.privilege) END
GROUP BY s.nspname, c.relname, c.relkind
ORDER BY min(n.place)`;

/**
 * What a right that is missing would fail much later, each time, is said at once.
 * Tables that are not there yet will be this user's own.
 * @throws ConfigurationError with the statements that grant what is missing
 */
export async function checkRights(client: ClientBase): Promise<void> {
  const pairs = Object.entries(needed).flatMap(([name, rights]) =>
    rights.map((right) => [name, right] as const),
  );
  const { rows } = await client.query<{ grant: string }>(findMissing, [
    pairs.map(([name]) => name),
    pairs.map(([, right]) => right),
  ]);
  if (rows.length === 0) return;
  const grants = rows.map(({ grant }) => `${grant};`).join(" ");
  const message = `its user may not use all of the tables arena_…, which belong to another one. As their owner, run: ${grants}`;
  throw new ConfigurationError([{ name: "QUEUE_URL", message }]);
}

/**
 * A pooler may give each transaction another session. Then notices do not come, prepared
 * statements are missing, and a setting that lets commits be forgotten meets those that must not be.
 * @throws ConfigurationError when connections are no sessions of their own
 */
export async function checkSessions(connections: Pick<Connections, "with">): Promise<void> {
  await connections.with((one) =>
    connections.with(async (other) => {
      const pids: number[] = [];
      for (const client of [one, other, one, other]) pids.push(await pidOf(client));
      const [first, second, third, fourth] = pids;
      if (first === third && second === fourth && first !== second) return;
      const message =
        "it leads to a pooler that gives each transaction another session of the database, which loses notices, settings and prepared statements. Name the database itself, or pool this one by sessions (pgbouncer: pool_mode = session), with nine for each server; nothing was changed";
      throw new ConfigurationError([{ name: "QUEUE_URL", message }]);
    }),
  );
}

async function pidOf(client: ClientBase): Promise<number> {
  const { rows } = await client.query<{ pid: number }>("SELECT pg_backend_pid() AS pid");
  return rows[0]?.pid ?? 0;
}
