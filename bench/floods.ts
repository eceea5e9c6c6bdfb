import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { TestResources } from "../test/fixtures/test-resources.ts";
import type { Figure } from "./figures.ts";
import { attacks } from "./floods/attacks.ts";
import { type ServerProcess, startProcess } from "./server-process.ts";

const attack = new URL("floods/attack.ts", import.meta.url);
const intervalMs = 50;
const resident = 700;

/**
 * What a client of 20 requests a second sees while one peer floods the server,
 * and what the server's memory does: at most 500 ms during, 100 ms five seconds after.
 * FLOODS chooses some by a part of their names.
 */
export async function measureFloods(): Promise<Figure[]> {
  const chosen = process.env["FLOODS"] ?? "";
  const figures: Figure[] = [];
  for (const name of Object.keys(attacks)) {
    if (name.includes(chosen)) figures.push(...(await measureFlood(name)));
  }
  return figures;
}

async function measureFlood(name: string): Promise<Figure[]> {
  const folder = mkdtempSync(join(tmpdir(), "arena-floods-"));
  try {
    await using server = await startProcess(["dist/cli.js", "serve"], {
      MODEL: "echo",
      QUEUE_URL: "sqlite:",
      SHARED_FOLDER_PATH: folder,
    });
    return await watchFlood(name, server);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

async function watchFlood(name: string, server: ServerProcess): Promise<Figure[]> {
  const client = new SteadyClient(server);
  const calm = await client.during(() => sleep(4000));
  const attacker = fork(attack, [name, server.address], { execArgv: ["--conditions=source"] });
  const over = Promise.race([once(attacker, "message"), once(attacker, "exit")]);
  const during = await client.during(() => over);
  await sleep(5000);
  const after = await client.during(() => sleep(5000));
  await end(attacker);
  const settledMB = await settled(server, calm.residentMB);
  await client.close();
  const detail =
    `before: p99 ${calm.p99.toFixed(0)} ms, ${calm.residentMB.toFixed(0)} MB; during: p50 ${during.p50.toFixed(0)}, ` +
    `${during.failed} of ${during.count} failed, ${during.residentMB.toFixed(0)} MB at most; after: p50 ${after.p50.toFixed(0)}, ${settledMB.toFixed(0)} MB`;
  return [
    { name: `${name}: p99 during`, reached: during.p99, unit: "ms", atMost: 500, detail },
    {
      name: `${name}: p99 after`,
      reached: after.p99,
      unit: "ms",
      atMost: 100,
      detail: "5 s later",
    },
    {
      name: `${name}: memory`,
      reached: Math.max(during.residentMB, after.residentMB),
      unit: "MB",
      atMost: resident,
      detail: "resident",
    },
    {
      name: `${name}: memory a minute later`,
      reached: settledMB / calm.residentMB,
      unit: "× before",
      atMost: 1.2,
      detail: "resident",
    },
  ];
}

/** Resident memory when it is within a fifth of what it was, or after a minute. */
async function settled(server: ServerProcess, before: number): Promise<number> {
  let now = Number.POSITIVE_INFINITY;
  for (let second = 0; second < 50 && now > before * 1.2; second++) {
    await sleep(1000);
    now = server.residentBytes() / 1e6;
  }
  return now;
}

async function end(attacker: ChildProcess): Promise<void> {
  if (attacker.exitCode !== null) return;
  const exited = once(attacker, "exit");
  attacker.kill("SIGKILL");
  await exited;
}

/** What a client saw. */
interface Seen {
  readonly p50: number;
  readonly p99: number;
  readonly count: number;
  readonly failed: number;
  readonly residentMB: number;
}

/** Sends 20 requests a second, however long their answers take. */
class SteadyClient {
  readonly #resources = new TestResources();
  readonly #server: ServerProcess;
  readonly #client;
  #count = 0;

  constructor(server: ServerProcess) {
    this.#server = server;
    this.#client = this.#resources.connect(server.address);
    this.#resources.connect(server.address).answers();
  }

  async during(work: () => Promise<unknown>): Promise<Seen> {
    const times: number[] = [];
    const underWay = new Set<Promise<void>>();
    let failed = 0;
    let residentMB = 0;
    let isOver = false;
    const worked = work().then(() => {
      isOver = true;
    });
    while (!isOver) {
      const begin = performance.now();
      const asked = this.#ask().then((isOK) => {
        times.push(performance.now() - begin);
        if (!isOK) failed++;
        underWay.delete(asked);
      });
      underWay.add(asked);
      residentMB = Math.max(residentMB, this.#server.residentBytes() / 1e6);
      await sleep(intervalMs);
    }
    await worked;
    await Promise.all(underWay);
    times.sort((a, b) => a - b);
    const at = (part: number) =>
      times[Math.min(times.length - 1, Math.floor(times.length * part))] ?? 0;
    return { p50: at(0.5), p99: at(0.99), count: times.length, failed, residentMB };
  }

  async close(): Promise<void> {
    await this.#resources.close();
  }

  async #ask(): Promise<boolean> {
    const request = '[{"role":"user","content":"Hello"}]';
    const message = { request, modelID: "echo", sessionID: "s", messageID: `m${this.#count++}` };
    const deadline = Date.now() + 30_000;
    return (await this.#client.predict(message, { deadline })).code === "OK";
  }
}
