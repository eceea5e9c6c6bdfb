import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { createInterface } from "node:readline";
import { setTimeout as sleep } from "node:timers/promises";

/** A server in a process of its own. */
export interface ServerProcess extends AsyncDisposable {
  readonly address: string;
  /** From the spawn to the line that says `serving`. */
  readonly startMs: number;
  /** CPU seconds that the process has used so far. */
  cpuSeconds(): number;
  /** Milliseconds that 99 of 100 turns of the event loop stayed below since the last call. */
  loopDelayMs(): Promise<number>;
  /** Resident memory in bytes. */
  residentBytes(): number;
  /** A figure of /metrics; with a condition, the first value that meets it. */
  metric(name: string, condition?: (value: number) => boolean): Promise<number>;
}

const loopDelay = new URL("loop-delay.ts", import.meta.url).href;

/** Clock ticks a second in /proc, on every Linux that Node runs on. */
const ticks = 100;

/**
 * Starts `node` with these arguments and waits until it says that it serves.
 * Only of one that is watched the event loop's delay is known.
 */
export async function startProcess(
  args: readonly string[],
  environment: Readonly<Record<string, string>> = {},
  isWatched = false,
): Promise<ServerProcess> {
  const begin = performance.now();
  const watching = isWatched ? ["--import", loopDelay] : [];
  const child = spawn(process.execPath, [...watching, ...args], {
    env: {
      ...process.env,
      GRPC_PORT: "0",
      HTTP_PORT: "0",
      QUEUE_URL: "memory:",
      ...environment,
    },
    stdio: ["ignore", "pipe", "inherit", "ipc"],
  });
  // A benchmark that throws must not leave servers behind.
  const kill = () => child.kill("SIGKILL");
  process.on("exit", kill);
  const { grpcPort, httpPort } = await serving(child);
  const startMs = performance.now() - begin;
  const { pid } = child;
  return {
    address: `127.0.0.1:${grpcPort}`,
    startMs,
    cpuSeconds: () => {
      const fields = readFileSync(`/proc/${pid}/stat`, "utf8").split(") ")[1]?.split(" ") ?? [];
      return (Number(fields[11]) + Number(fields[12])) / ticks;
    },
    loopDelayMs: async () => {
      const told = once(child, "message");
      child.send("loop delay");
      return Number((await told)[0]);
    },
    residentBytes: () => {
      const line = /VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, "utf8"));
      return Number(line?.[1]) * 1024;
    },
    metric: async (name, condition = () => true) => {
      for (;;) {
        const text = await (await fetch(`http://127.0.0.1:${httpPort}/metrics`)).text();
        const value = Number(new RegExp(`^${name} (.*)$`, "m").exec(text)?.[1]);
        if (condition(value)) return value;
        await sleep(100);
      }
    },
    [Symbol.asyncDispose]: async () => {
      const exited = once(child, "exit");
      process.off("exit", kill);
      kill();
      await exited;
    },
  };
}

async function serving(child: ChildProcess): Promise<{ grpcPort: number; httpPort: number }> {
  if (!child.stdout) throw new Error("the server's output is not readable");
  for await (const line of createInterface({ input: child.stdout })) {
    const entry = JSON.parse(line);
    if (entry.msg !== "serving") continue;
    child.stdout.resume();
    return entry;
  }
  throw new Error("the server ended before it served");
}
