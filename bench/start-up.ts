import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Figure, median } from "./figures.ts";
import { startProcess } from "./server-process.ts";

const starts = 7;

/** Time until the server serves, and what it holds when it has nothing to do, by its queue. */
export async function measureStartUp(): Promise<Figure[]> {
  const folder = await mkdtemp(join(tmpdir(), "arena-bench-"));
  try {
    return [
      ...(await measure("queue in memory", { QUEUE_URL: "memory:" }, { ms: 400, megabytes: 100 })),
      ...(await measure(
        "queue on SQLite",
        { QUEUE_URL: "sqlite:", SHARED_FOLDER_PATH: folder },
        { ms: 400, megabytes: 120 },
      )),
    ];
  } finally {
    await rm(folder, { recursive: true });
  }
}

async function measure(
  kind: string,
  environment: Readonly<Record<string, string>>,
  most: { readonly ms: number; readonly megabytes: number },
): Promise<Figure[]> {
  const milliseconds: number[] = [];
  const megabytes: number[] = [];
  for (let start = 0; start < starts; start++) {
    await using server = await startProcess(["dist/cli.js", "serve"], environment);
    milliseconds.push(server.startMs);
    megabytes.push(server.residentBytes() / 1e6);
  }
  const range = (values: readonly number[]) =>
    `${Math.min(...values).toFixed(0)} to ${Math.max(...values).toFixed(0)} in ${starts} starts`;
  return [
    {
      name: `start to SERVING, ${kind}`,
      reached: median(milliseconds),
      unit: "ms",
      atMost: most.ms,
      detail: range(milliseconds),
    },
    {
      name: `resident memory when idle, ${kind}`,
      reached: median(megabytes),
      unit: "MB",
      atMost: most.megabytes,
      detail: range(megabytes),
    },
  ];
}
