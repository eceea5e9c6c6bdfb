import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { HoldingProxy } from "../fixtures/holding-proxy.ts";
import { quietPort } from "../fixtures/postgres/quiet-port.ts";
import { startPostgres, type TestPostgres } from "../fixtures/postgres.ts";
import type { Disturbances } from "./disturbances.ts";
import type { Ledger } from "./ledger.ts";
import type { QueueKind } from "./plan.ts";
import { Replica, type ReplicaOptions } from "./replica.ts";

/** What a run runs on. */
export interface WorldOptions {
  readonly queue: QueueKind;
  readonly order: "serial" | "concurrent";
  readonly leaseMs: number;
  readonly ledger: Ledger;
  readonly disturbances: Disturbances;
}

/** The processes of a run. */
export interface World extends AsyncDisposable {
  readonly gateways: readonly Replica[];
  readonly workers: readonly Replica[];
  readonly database: TestPostgres | null;
}

/** Starts all of them, and resolves when they serve. */
export async function startWorld(options: WorldOptions): Promise<World> {
  const resources = new AsyncDisposableStack();
  try {
    const world =
      options.queue === "postgres" ? onPostgres(options, resources) : onSqlite(options, resources);
    const { gateways, workers, database } = await world;
    const all = new Set([...gateways, ...workers]);
    for (const replica of all) resources.use(replica);
    await Promise.all([...all].map((replica) => replica.start()));
    return { gateways, workers, database, [Symbol.asyncDispose]: () => resources.disposeAsync() };
  } catch (error) {
    await resources.disposeAsync();
    throw error;
  }
}

type Parts = Omit<World, typeof Symbol.asyncDispose>;

async function onPostgres(options: WorldOptions, resources: AsyncDisposableStack): Promise<Parts> {
  // A crash of its processes loses nothing that was handed to the kernel.
  const database = resources.use(await startPostgres({ settings: { fsync: "off" } }));
  const url = new URL(await database.createDatabase());
  const replica = async (name: string, ROLE: string) => {
    const link = resources.use(await HoldingProxy.to(url.host));
    const linked = new URL(url);
    linked.host = link.address;
    const environment = { QUEUE_URL: linked.href, LEASE_MS: String(options.leaseMs), ROLE };
    return toReplica({ name, link, environment, port: await quietPort() }, options);
  };
  return {
    gateways: [await replica("gateway 0", "gateway"), await replica("gateway 1", "gateway")],
    workers: [await replica("worker 0", "worker"), await replica("worker 1", "worker")],
    database,
  };
}

async function onSqlite(options: WorldOptions, resources: AsyncDisposableStack): Promise<Parts> {
  const folder = mkdtempSync(join(tmpdir(), "arena-chaos-"));
  const remove = () => rmSync(folder, { recursive: true, force: true });
  // Also when this process is interrupted, and ends its replicas by its exit.
  process.on("exit", remove);
  resources.defer(() => {
    remove();
    process.off("exit", remove);
  });
  const environment = { QUEUE_URL: `sqlite:${join(folder, "queue.sqlite")}` };
  const port = await quietPort();
  const server = toReplica({ name: "gateway 0", link: null, environment, port }, options);
  return { gateways: [server], workers: [server], database: null };
}

function toReplica(
  options: Pick<ReplicaOptions, "name" | "link" | "environment" | "port">,
  { order, ledger, disturbances }: WorldOptions,
): Replica {
  const { name, environment } = options;
  return new Replica({
    ...options,
    disturbances,
    environment: {
      CHAOS_ORDER: order,
      MAX_CONCURRENCY: "16",
      DRAIN_TIMEOUT_MS: "500",
      ...environment,
    },
    onLine: ({ msg, attempt, question, at }) => {
      if (msg === "attempt ends") ledger.attemptEnded(String(attempt), Number(at));
      if (msg !== "attempt begins") return;
      ledger.attemptBegan(String(question), {
        id: String(attempt),
        worker: name,
        beganAt: Number(at),
        endedAt: Number.POSITIVE_INFINITY,
      });
    },
    onEnd: () => ledger.workerEnded(name, Date.now()),
  });
}
