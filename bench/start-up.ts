import { type Figure, median } from "./figures.ts";
import { startProcess } from "./server-process.ts";

const starts = 7;

/** Time until the server serves, and what it holds when it has nothing to do. */
export async function measureStartUp(): Promise<Figure[]> {
  const milliseconds: number[] = [];
  const megabytes: number[] = [];
  for (let start = 0; start < starts; start++) {
    await using server = await startProcess(["dist/cli.js", "serve"]);
    milliseconds.push(server.startMs);
    megabytes.push(server.residentBytes() / 1e6);
  }
  const range = (values: readonly number[]) =>
    `${Math.min(...values).toFixed(0)} to ${Math.max(...values).toFixed(0)} in ${starts} starts`;
  return [
    {
      name: "start to SERVING",
      reached: median(milliseconds),
      unit: "ms",
      atMost: 400,
      detail: range(milliseconds),
    },
    {
      name: "resident memory when idle",
      reached: median(megabytes),
      unit: "MB",
      atMost: 100,
      detail: range(megabytes),
    },
  ];
}
