import type { ClientBase } from "pg";
import { ConfigurationError } from "../../errors/configuration-error.ts";

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
