import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { endWithThisProcess } from "../chaos/end-with-this-process.ts";
import { type ProcessSample, sampleProcess } from "../chaos/process-sample.ts";
import type { Exit } from "../fixtures/json-lines-process.ts";
import { ServerProcess } from "../fixtures/server-process.ts";
import { FuzzRun } from "./fuzz-run.ts";
import { judgeLog, type LogVerdict } from "./log-verdict.ts";
import { WellBehavedClient } from "./well-behaved.ts";

/** A run of the fuzzer. */
export interface FuzzOptions {
  readonly seed: number;
  /** Messages that are sent, in all. */
  readonly messages: number;
  /** Only the call with this name, such as `usual 0/17`. */
  readonly only?: string;
  readonly onProgress: (text: string) => void;
}

/** What a run brought. */
export interface FuzzReport {
  readonly options: FuzzOptions;
  readonly seconds: number;
  readonly run: FuzzRun;
  readonly client: WellBehavedClient;
  readonly log: LogVerdict;
  /** What `/metrics` says in the end. */
  readonly metrics: string;
  readonly stderr: string;
  readonly samples: readonly ProcessSample[];
  readonly earlyExit: Exit | null;
  readonly exit: Exit;
}

const sampleMs = 1000;
/** Until memory has come back, and the last answers have come. */
const restMs = 20_000;
/** The server's heap in the end. What else of its memory it keeps is the allocator's. */
export const restHeapMB = 100;

/** Sends a seed's messages to a server in a process of its own. */
export async function runFuzz(options: FuzzOptions): Promise<FuzzReport> {
  const begin = performance.now();
  const folder = await mkdtemp(join(tmpdir(), "arena-fuzz-"));
  const server = new ServerProcess({
    MODEL: "echo",
    QUEUE_URL: "sqlite:",
    SHARED_FOLDER_PATH: folder,
    LOG_LEVEL: "debug",
    NODE_OPTIONS: "--max-old-space-size=256",
  });
  endWithThisProcess(server);
  let earlyExit: Exit | null = null;
  const exited = server.exited.then((exit) => {
    earlyExit = exit;
  });
  const run = new FuzzRun();
  const { address, httpUrl } = await server.serving();
  const client = new WellBehavedClient(address, run.answers);
  const samples: ProcessSample[] = [];
  const sample = async () => {
    const minutes = (performance.now() - begin) / 60_000;
    // A process that has ended says nothing more.
    const taken = await sampleProcess(httpUrl, minutes).catch(() => null);
    if (taken) samples.push(taken);
    return taken ?? { residentMB: Number.NaN, heapMB: Number.NaN };
  };
  await sample();
  await client.start();
  const sending = new AbortController();
  const { seed, messages, only } = options;
  const sent = Promise.race([run.send(address, seed, messages, only), exited]).finally(() =>
    sending.abort(),
  );
  while (!sending.signal.aborted) {
    await sleep(sampleMs, undefined, { signal: sending.signal }).catch(() => {});
    const { residentMB } = await sample();
    options.onProgress(`${run.messages} messages, ${residentMB.toFixed(0)} MB`);
    run.endIfStuck();
  }
  await sent;
  const restUntil = performance.now() + restMs;
  while (!earlyExit && performance.now() < restUntil) {
    const { heapMB } = await sample();
    if (heapMB <= restHeapMB && run.answers.owed.length === 0) break;
    await sleep(sampleMs);
  }
  // The log is read as far as it is written: what is still on its way when a process ends may be cut.
  const logged = client
    .ask()
    .then((last) => server.find(({ msg, messageID }) => msg === "request" && messageID === last))
    .catch(() => {});
  await Promise.race([logged, exited]);
  const metrics = await fetch(`${httpUrl}/metrics`).then(
    (response) => response.text(),
    () => "",
  );
  const diedEarly = earlyExit;
  client.stop();
  server.kill("SIGTERM");
  const exit = await server.exited;
  await client[Symbol.asyncDispose]();
  await rm(folder, { recursive: true });
  return {
    options,
    seconds: (performance.now() - begin) / 1000,
    run,
    client,
    log: judgeLog(server.items),
    metrics,
    stderr: server.stderr,
    samples,
    earlyExit: diedEarly,
    exit,
  };
}
