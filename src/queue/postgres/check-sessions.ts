import type { ClientBase } from "pg";
import { ConfigurationError } from "../../errors/configuration-error.ts";
import type { Connections } from "./connections.ts";

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
