import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Figure, median } from "./figures.ts";
import { load } from "./load.ts";
import { type ServerProcess, startProcess } from "./server-process.ts";

const options = { count: 10_000, concurrency: 64, bytes: 1000 };
const pairs = 5;

/** Holds the queue on SQLite against the one in memory, pair by pair, in turns. */
export async function measureSqlite(): Promise<Figure[]> {
  return [...(await measure("process")), ...(await measure("power"))];
}

async function measure(durability: "process" | "power"): Promise<Figure[]> {
  const folder = await mkdtemp(join(tmpdir(), "arena-bench-"));
  try {
    await using memory = await startProcess(["dist/cli.js", "serve"], {}, true);
    const environment = {
      QUEUE_URL: "sqlite:",
      SHARED_FOLDER_PATH: folder,
      QUEUE_DURABILITY: durability,
    };
    await using sqlite = await startProcess(["dist/cli.js", "serve"], environment, true);
    for (const server of [memory, sqlite]) await load(server.address, options);
    await sqlite.loopDelayMs();
    const rounds: Round[] = [];
    for (let pair = 0; pair < pairs; pair++) rounds.push(await round(memory, sqlite, pair));
    const middle = (of: (one: Round) => number) => median(rounds.map(of));
    const detail = `${middle(({ stored }) => stored).toFixed(0)} a second against ${middle(({ kept }) => kept).toFixed(0)}`;
    const name = `SQLite (${durability})`;
    return [
      {
        name: `${name}, round trips, 64 at once`,
        reached: middle(({ stored, kept }) => stored / kept),
        unit: "× memory",
        atLeast: 0.5,
        detail,
      },
      {
        name: `${name}, event loop delay p99 meanwhile`,
        reached: middle(({ loopDelayMs }) => loopDelayMs),
        unit: "ms",
        atMost: 10,
        detail: `${pairs} rounds`,
      },
      {
        name: `${name}, predict to Empty p50 meanwhile`,
        reached: middle(({ acceptedMs }) => acceptedMs),
        unit: "ms",
        atMost: 8,
        detail: `in memory ${middle(({ keptAcceptedMs }) => keptAcceptedMs).toFixed(2)} ms`,
      },
    ];
  } finally {
    await rm(folder, { recursive: true });
  }
}

interface Round {
  readonly kept: number;
  readonly keptAcceptedMs: number;
  readonly stored: number;
  readonly acceptedMs: number;
  readonly loopDelayMs: number;
}

async function round(memory: ServerProcess, sqlite: ServerProcess, pair: number): Promise<Round> {
  const loadSqlite = async () => {
    await sqlite.loopDelayMs();
    const result = await load(sqlite.address, options);
    return { ...result, loopDelayMs: await sqlite.loopDelayMs() };
  };
  // Whoever comes second finds a warmer machine: they take turns.
  const first = pair % 2 === 0 ? await loadSqlite() : null;
  const kept = await load(memory.address, options);
  const stored = first ?? (await loadSqlite());
  return {
    kept: kept.perSecond,
    keptAcceptedMs: kept.acceptedMedianMs,
    stored: stored.perSecond,
    acceptedMs: stored.acceptedMedianMs,
    loopDelayMs: stored.loopDelayMs,
  };
}
