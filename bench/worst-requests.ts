import { chat, question } from "../test/fixtures/questions.ts";
import { TestResources } from "../test/fixtures/test-resources.ts";
import type { WireClient, WireStream } from "../test/fixtures/wire-client.ts";
import { slowRequests } from "../test/fixtures/worst-requests.ts";
import type { Figure } from "./figures.ts";
import { startProcess } from "./server-process.ts";

const attempts = 5;
const mebi = 2 ** 20;

const requests: Readonly<Record<string, () => string>> = {
  ...slowRequests,
  "opening brackets": () => "[".repeat(32 * mebi - 200),
  "nearly four times what is taken": () => chat("x".repeat(120 * mebi)),
};

const metrics: Readonly<Record<string, () => string>> = {
  "metrics, numbers side by side": () => `[${"1,".repeat(15 * mebi)}1]`,
  "metrics, one long string": () => JSON.stringify("x".repeat(31 * mebi)),
  "metrics, opening brackets": () => "[".repeat(31 * mebi),
};

const tinyFields = (bytes: number) => Buffer.alloc(bytes, Buffer.from([0x38, 0x00]));
/** A text field of number 1. */
const longName = (bytes: number) => {
  const head = Buffer.from([0x0a, 0, 0, 0, 0]);
  for (let at = 1, rest = bytes; at < 5; at++, rest >>>= 7) {
    head[at] = (rest & 0x7f) | (at < 4 ? 0x80 : 0);
  }
  return Buffer.concat([head, Buffer.alloc(bytes, "x")]);
};

/** Messages that are no more than bytes, by method. */
const strangers: Readonly<Record<string, () => [path: string, message: Buffer]>> = {
  "predict, 127 MiB of tiny fields": () => ["/Model/predict", tinyFields(127 * mebi)],
  "predict, 31 MiB of tiny fields": () => ["/Model/predict", tinyFields(31 * mebi)],
  "publishMetrics, 127 MiB of tiny fields": () => ["/Model/publishMetrics", tinyFields(127 * mebi)],
  "registerModel, 127 MiB of tiny fields": () => ["/Model/registerModel", tinyFields(127 * mebi)],
  "Health/Check, 127 MiB of tiny fields": () => [
    "/grpc.health.v1.Health/Check",
    tinyFields(127 * mebi),
  ],
  "Health/Check, a name of 127 MiB": () => ["/grpc.health.v1.Health/Check", longName(127 * mebi)],
  "reflection, 127 MiB of tiny fields": () => [
    "/grpc.reflection.v1.ServerReflection/ServerReflectionInfo",
    tinyFields(127 * mebi),
  ],
};

/** For how long the largest and strangest messages keep the server from everything else. */
export async function measureWorstRequests(): Promise<Figure[]> {
  await using server = await startProcess(["dist/cli.js", "serve"], {
    MODEL: "./bench/models/busy-model.ts",
  });
  const resources = new TestResources();
  try {
    const client = resources.connect(server.address, { "grpc.max_send_message_length": -1 });
    const asker = new Asker(client, resources.connect(server.address).answers());
    const busiest: [string, number][] = [];
    for (const [name, make] of Object.entries(requests)) {
      const request = make();
      busiest.push([name, await asker.busyMs(() => asker.ask(request))]);
    }
    for (const [name, make] of Object.entries(metrics)) {
      const message = { metrics: make(), modelID: "busy" };
      busiest.push([name, await asker.busyMs(() => client.publishMetrics(message))]);
    }
    for (const [name, make] of Object.entries(strangers)) {
      const [path, message] = make();
      busiest.push([name, await asker.busyMs(() => client.unary(path, message, String))]);
    }
    return [toFigure(busiest.toSorted(([, a], [, b]) => b - a))];
  } finally {
    await resources.close();
  }
}

class Asker {
  readonly #client: WireClient;
  readonly #stream: WireStream;
  #count = 0;

  constructor(client: WireClient, stream: WireStream) {
    this.#client = client;
    this.#stream = stream;
  }

  /** Sends a request and waits until it is answered. */
  async ask(request: string): Promise<string> {
    const messageID = `m${this.#count++}`;
    await this.#client.predict({ ...question(messageID, { request }), modelID: "busy" });
    return (await this.#stream.answer(messageID)).json.text;
  }

  /** The longest time that the server was busy with `work`; the best of several, others work here, too. */
  async busyMs(work: () => Promise<unknown>): Promise<number> {
    const times: number[] = [];
    for (let attempt = 0; attempt < attempts; attempt++) {
      await this.ask(chat("reset"));
      await work();
      times.push(Number(await this.ask(chat("report"))));
    }
    return Math.min(...times);
  }
}

function toFigure(busiest: readonly (readonly [string, number])[]): Figure {
  return {
    name: "messages of up to 120 MiB, longest time that one keeps the event loop busy",
    reached: busiest[0]?.[1] ?? Number.NaN,
    unit: "ms",
    atMost: 100,
    detail: busiest.map(([name, ms]) => `${name} ${ms.toFixed(0)}`).join(", "),
  };
}
