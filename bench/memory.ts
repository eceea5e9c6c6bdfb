import { randomUUID } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { type ClientReadableStream, credentials } from "@grpc/grpc-js";
import { ModelClient, type modelAnswer } from "../src/generated/model.ts";
import type { Figure } from "./figures.ts";
import { load } from "./load.ts";
import { type ServerProcess, startProcess } from "./server-process.ts";
import { tellModel } from "./tell-model.ts";

const clientOptions = {
  "grpc.max_receive_message_length": -1,
  "grpc.use_local_subchannel_pool": 1,
};

/** After so long a process that became calm has given back what it does not need. */
const calmMs = 45_000;

/** What a load, waiting requests and a reader that stops cost, and whether it comes back. */
export async function measureMemory(): Promise<Figure[]> {
  return [...(await afterLoad()), ...(await waitingRequests()), ...(await stoppedReader())];
}

async function afterLoad(): Promise<Figure[]> {
  const folder = await mkdtemp(join(tmpdir(), "arena-bench-"));
  try {
    const environment = { QUEUE_URL: "sqlite:", SHARED_FOLDER_PATH: folder };
    await using server = await startProcess(["dist/cli.js", "serve"], environment);
    await sleep(calmMs);
    const idle = server.residentBytes();
    for (let part = 0; part < 4; part++) {
      await load(server.address, { count: 30_000, concurrency: 64, bytes: 1000 });
    }
    const most = server.residentBytes();
    await sleep(calmMs);
    return [
      {
        name: "resident memory after 120,000 requests, queue on SQLite",
        reached: server.residentBytes() / 1e6,
        unit: "MB",
        atMost: 200,
        detail: `${calmMs / 1000} s after them; ${megabytes(most)} when they ended, ${megabytes(idle)} idle before`,
      },
    ];
  } finally {
    await rm(folder, { recursive: true });
  }
}

async function waitingRequests(): Promise<Figure[]> {
  const [count, characters] = [10_000, 10_000];
  await using server = await startGated({ MAX_QUEUE: String(count) });
  // What the first requests make grow (code, pools) is not what waiting costs.
  await tellModel(server.address, { open: true });
  await using warm = new Reader(server.address);
  await ask(server.address, 2000, characters);
  await warm.answers(2000);
  const before = await held(server);
  await using gated = await startGated({ MAX_QUEUE: String(count) });
  const cold = await held(gated);
  await ask(gated.address, count, characters);
  const waiting = await held(gated);
  await tellModel(gated.address, { open: true });
  await using reader = new Reader(gated.address);
  await reader.answers(count);
  const after = await held(gated);
  const payload = count * characters;
  return [
    {
      name: "10,000 waiting requests of 10 KB, held in the heap",
      reached: (waiting.heap - cold.heap) / payload,
      unit: "× payload",
      atMost: 2,
      detail: `resident memory grew by ${megabytes(waiting.resident - cold.resident)}`,
    },
    {
      name: "the heap after they are answered",
      reached: after.heap / before.heap,
      unit: "× before",
      atMost: 1.1,
      detail: `${megabytes(after.heap)} against ${megabytes(before.heap)} after 2,000 requests that did not wait; resident ${megabytes(after.resident)}`,
    },
  ];
}

async function stoppedReader(): Promise<Figure[]> {
  const [count, characters] = [8000, 50_000];
  await using server = await startGated({
    MAX_QUEUE: String(count),
    ANSWER_CHARACTERS: String(characters),
    REQUEST_TIMEOUT_MS: "600000",
  });
  const before = await held(server);
  await using reader = new Reader(server.address);
  await reader.answers(0);
  reader.pause();
  await tellModel(server.address, { open: true });
  // The last requests are held back until the reader reads on.
  const asked = ask(server.address, count, 100);
  const limit = 256 * 2 ** 20;
  // An answer is its text and some JSON around it.
  const fill = Math.ceil(limit / (characters + 100));
  await server.metric("arena_answers_undelivered", (undelivered) => undelivered >= fill);
  const stopped = await held(server);
  reader.resume();
  await asked;
  await reader.answers(count);
  return [
    {
      name: "a reader that stops: memory at its highest",
      reached: (stopped.heap - before.heap) / limit,
      unit: "× the bound of 256 Mi characters",
      atMost: 1.2,
      detail: `${megabytes(count * characters)} of answers were asked for; all ${count} came after it read on`,
    },
  ];
}

function startGated(environment: Readonly<Record<string, string>>): Promise<ServerProcess> {
  return startProcess(["--expose-gc", "dist/cli.js", "serve"], {
    MODEL: "./bench/models/gated-model.ts",
    MAX_CONCURRENCY: "1",
    ...environment,
  });
}

async function held(server: ServerProcess): Promise<{ heap: number; resident: number }> {
  // Once for what is garbage now, once for what its finalizers let go.
  for (let time = 0; time < 2; time++) await tellModel(server.address, { collect: true });
  const heap = await server.metric("nodejs_heap_size_used_bytes");
  const external = await server.metric("nodejs_external_memory_bytes");
  return { heap: heap + external, resident: server.residentBytes() };
}

/** Sends requests, a hundred at once, and resolves when all are accepted. */
async function ask(address: string, count: number, characters: number): Promise<void> {
  const client = new ModelClient(address, credentials.createInsecure(), clientOptions);
  const request = JSON.stringify([{ role: "user", content: "x".repeat(characters) }]);
  const sessionID = randomUUID();
  let next = 0;
  const sendAll = async () => {
    while (next < count) {
      const messageID = String(next++);
      await new Promise<void>((resolve, reject) => {
        client.predict({ request, modelID: "gated", sessionID, messageID }, (error) =>
          error ? reject(error) : resolve(),
        );
      });
    }
  };
  await Promise.all(Array.from({ length: 100 }, sendAll));
  client.close();
}

/** Counts the answers of a stream. */
class Reader implements AsyncDisposable {
  readonly #client: ModelClient;
  readonly #stream: ClientReadableStream<modelAnswer>;
  #count = 0;
  #wake = () => {};

  constructor(address: string) {
    this.#client = new ModelClient(address, credentials.createInsecure(), clientOptions);
    this.#stream = this.#client.sendPrediction({});
    this.#stream.on("error", () => {});
    this.#stream.on("metadata", () => this.#wake());
    this.#stream.on("data", () => {
      this.#count++;
      this.#wake();
    });
  }

  /** Resolves when so many answers have come; 0 waits for the stream to be open. */
  async answers(count: number): Promise<void> {
    do {
      const { promise, resolve } = Promise.withResolvers<void>();
      this.#wake = resolve;
      if (count > 0 && this.#count >= count) return;
      await promise;
    } while (this.#count < count);
  }

  pause(): void {
    this.#stream.pause();
  }

  resume(): void {
    this.#stream.resume();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stream.cancel();
    this.#client.close();
  }
}

function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(0)} MB`;
}
