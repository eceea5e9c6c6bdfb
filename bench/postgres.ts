import { startPostgres } from "../test/fixtures/postgres.ts";
import { type Figure, median } from "./figures.ts";
import { type LoadResult, load } from "./load.ts";
import { startProcess } from "./server-process.ts";

const rounds = 5;

/** Two gateways and two workers on one Postgres: requests go to one gateway, answers come from the other. */
export async function measurePostgres(): Promise<Figure[]> {
  await using postgres = await startPostgres();
  const start = (ROLE: "gateway" | "worker") =>
    startProcess(["dist/cli.js", "serve"], { QUEUE_URL: postgres.url, ROLE });
  await using takes = await start("gateway");
  await using delivers = await start("gateway");
  await using _worker = await start("worker");
  await using _otherWorker = await start("worker");
  const run = (count: number, concurrency: number) =>
    load(takes.address, { count, concurrency, bytes: 1000, streamAddress: delivers.address });
  await run(3000, 64);
  const busy: LoadResult[] = [];
  const alone: LoadResult[] = [];
  for (let round = 0; round < rounds; round++) {
    busy.push(await run(6000, 128));
    alone.push(await run(200, 1));
  }
  const middle = (results: readonly LoadResult[], of: (result: LoadResult) => number) =>
    median(results.map(of));
  return [
    {
      name: "Postgres, durable round trips, four processes, 128 at once",
      reached: middle(busy, ({ perSecond }) => perSecond),
      unit: "a second",
      atLeast: 1000,
      detail: `p50 ${middle(busy, ({ medianMs }) => medianMs).toFixed(1)} ms`,
    },
    {
      name: "Postgres, predict on one gateway to the answer on another, 1 at once, p50",
      reached: middle(alone, ({ medianMs }) => medianMs),
      unit: "ms",
      atMost: 15,
      detail: `Empty after ${middle(alone, ({ acceptedMedianMs }) => acceptedMedianMs).toFixed(1)} ms`,
    },
  ];
}
