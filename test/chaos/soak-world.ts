import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startPostgres } from "../fixtures/postgres.ts";
import { ServerProcess, testModel } from "../fixtures/server-process.ts";
import { endWithThisProcess } from "./end-with-this-process.ts";

/** A process that is watched. */
export interface SoakedProcess {
  readonly name: string;
  readonly httpUrl: string;
  /** Where it takes requests; null where it takes none. */
  readonly door: string | null;
}

/** What a soak runs on: both durable queues at once, each with a load of its own. */
export interface SoakWorld extends AsyncDisposable {
  readonly processes: readonly SoakedProcess[];
}

const shared = {
  MODEL: testModel("chaos-model"),
  // Deleting is a part of the steady state.
  RETENTION: "1m",
  // A heap with much room is cleaned every few minutes only and moves up and down
  // by 150 MB meanwhile. With little room it shows soon what is really held.
  NODE_OPTIONS: "--max-semi-space-size=1 --max-old-space-size=96",
  MALLOC_ARENA_MAX: "2",
};

/** Starts all of them, and resolves when they serve. */
export async function startSoakWorld(): Promise<SoakWorld> {
  const resources = new AsyncDisposableStack();
  const start = async (name: string, environment: Readonly<Record<string, string>>) => {
    const server = resources.use(new ServerProcess({ ...shared, ...environment }));
    endWithThisProcess(server);
    const { address, httpUrl } = await server.serving();
    return { name, httpUrl, door: environment["ROLE"] === "worker" ? null : address };
  };
  try {
    const postgres = resources.use(await startPostgres());
    const QUEUE_URL = await postgres.createDatabase();
    const folder = mkdtempSync(join(tmpdir(), "arena-soak-"));
    const remove = () => rmSync(folder, { recursive: true, force: true });
    process.on("exit", remove);
    resources.defer(remove);
    const processes = [
      await start("gateway on Postgres", { QUEUE_URL, ROLE: "gateway" }),
      await start("worker on Postgres", { QUEUE_URL, ROLE: "worker" }),
      await start("all on SQLite", { QUEUE_URL: `sqlite:${join(folder, "queue.sqlite")}` }),
    ];
    return { processes, [Symbol.asyncDispose]: () => resources.disposeAsync() };
  } catch (error) {
    await resources.disposeAsync();
    throw error;
  }
}
