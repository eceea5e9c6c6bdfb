import { randomUUID } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PostgresStore } from "../src/queue/postgres/postgres-store.ts";
import { SqliteStore } from "../src/queue/sqlite/sqlite-store.ts";
import type { QueueStore, QueueStoreOptions } from "../src/queue/stored/queue-store.ts";
import { startPostgres } from "../test/fixtures/postgres.ts";
import { type Figure, median } from "./figures.ts";

const few = 1000;
const many = 100_000;
const insertBatch = 500;
const claims = 40;
const claimLimit = 8;
const sessions = 5000;

/** How long a claim takes when 100,000 requests wait, against 1,000. */
export async function measureBacklog(): Promise<Figure[]> {
  const figures: Figure[] = [];
  const folder = await mkdtemp(join(tmpdir(), "arena-bench-"));
  await using postgres = await startPostgres();
  try {
    for (const isSerial of [false, true]) {
      const file = join(folder, `${isSerial}.sqlite`);
      const sqlite = (options: QueueStoreOptions) =>
        new SqliteStore({ ...options, file, durability: "process" });
      figures.push(await measure("SQLite", isSerial, sqlite));
      const url = await postgres.createDatabase();
      const create = (options: QueueStoreOptions) => new PostgresStore({ ...options, url });
      figures.push(await measure("Postgres", isSerial, create));
    }
  } finally {
    await rm(folder, { recursive: true });
  }
  return figures;
}

async function measure(
  kind: string,
  isSerial: boolean,
  create: (options: QueueStoreOptions) => QueueStore,
): Promise<Figure> {
  const limits = { maxSize: many * 2, maxUndelivered: 10_000 };
  const store = create({
    ...limits,
    modelID: "echo",
    isSerial,
    retentionMs: 3_600_000,
    retentionBytes: 2 ** 40,
    leaseMs: 600_000,
    onChange: () => {},
  });
  await store.start();
  const fill = async (count: number) => {
    for (let done = 0; done < count; done += insertBatch) {
      await store.insert(Array.from({ length: insertBatch }, arrival), limits, false);
    }
  };
  await fill(few);
  const before = await claimMs(store);
  await fill(many - few);
  const after = await claimMs(store);
  await store.stop();
  return {
    name: `${kind}, claim with 100,000 waiting${isSerial ? ", serial sessions" : ""}`,
    reached: after / before,
    unit: "× 1,000 waiting",
    atMost: 2,
    detail: `${after.toFixed(2)} ms against ${before.toFixed(2)} ms`,
  };
}

/** Middle of many claims; what they take is given back. */
async function claimMs(store: QueueStore): Promise<number> {
  const times: number[] = [];
  for (let claim = 0; claim < claims; claim++) {
    const begin = performance.now();
    const rows = await store.claim("due", randomUUID(), claimLimit, false);
    times.push(performance.now() - begin);
    if (rows.length !== claimLimit) throw new Error(`${rows.length} rows were claimed`);
    await store.giveBack(rows);
  }
  return median(times);
}

let number = 0;

function arrival() {
  const messageID = String(number++);
  const receivedAt = Date.now();
  const request = {
    modelID: "echo",
    sessionID: `session-${number % sessions}`,
    messageID,
    input: { messages: [{ role: "user" as const, content: "x".repeat(200) }] },
    bytes: 300,
    receivedAt,
    deadline: receivedAt + 3_600_000,
  };
  return { arrival: randomUUID(), request };
}
