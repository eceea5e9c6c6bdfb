import { setTimeout as sleep } from "node:timers/promises";
import { HoldingProxy } from "../fixtures/holding-proxy.ts";
import { WireClient, type WireStream } from "../fixtures/wire-client.ts";
import type { Disturbances } from "./disturbances.ts";
import type { Entry, Ledger } from "./ledger.ts";
import type { SeededRandom } from "./random.ts";
import type { Replica } from "./replica.ts";

/** What a client of the run needs. */
export interface ChaosClientOptions {
  readonly name: string;
  readonly gateways: readonly Replica[];
  readonly ledger: Ledger;
  readonly disturbances: Disturbances;
  readonly random: SeededRandom;
}

/** One TCP connection to a gateway, through a network that can be cut. */
interface Line {
  readonly name: string;
  readonly gateway: Replica;
  readonly proxy: HoldingProxy;
  readonly client: WireClient;
}

/** Between two attempts to connect. */
const reconnectMs = 50;
/** Until a request is sent once more. */
const resendMs = 500;

/**
 * Behaves as the arena's orchestrator behind a TCP balancer: predict over one
 * connection, sendPrediction over another one, each to any gateway, and to any
 * other one when it breaks.
 */
export class ChaosClient implements AsyncDisposable {
  readonly #options: ChaosClientOptions;
  readonly #closing = new AbortController();
  #lines = 0;
  #calls: Promise<Line> | null = null;
  #stream: Line | null = null;
  #listening: Promise<void> = Promise.resolve();

  constructor(options: ChaosClientOptions) {
    this.#options = options;
  }

  /** Reads answers, from one stream after the other, until it is closed. */
  start(): void {
    this.#listening = this.#listen();
  }

  /** Sends a request, and once more when it is not known whether it was taken: never as a new one. */
  async send(entry: Entry): Promise<void> {
    if (await this.#send(entry)) return;
    if (entry.request.messageID === "") return;
    await sleep(resendMs);
    await this.#send(entry);
  }

  /** Writes down how it ended; false when that is not known. */
  async #send(entry: Entry): Promise<boolean> {
    this.#calls ??= this.#connect("calls");
    const calls = this.#calls;
    const line = await calls;
    const ended = this.#options.ledger.sent(entry, line.gateway.name);
    const { code } = await line.client.predict(entry.request);
    // Whatever is no OK is a transport's error: in arena mode predict has no others.
    ended(code === "OK" ? "accepted" : "unknown");
    if (code === "OK") return true;
    if (this.#calls === calls) {
      this.#calls = null;
      await close(line);
    }
    return false;
  }

  /** Breaks the connection of `predict`. */
  async cutCalls(): Promise<void> {
    const line = await this.#calls;
    if (line) this.#cut(line);
  }

  /** Breaks the connection of the stream. */
  cutStream(): void {
    if (this.#stream) this.#cut(this.#stream);
  }

  /** Reads nothing more, not even what acknowledges. The return value reads on, or breaks. */
  freeze(): (isCut: boolean) => void {
    const line = this.#stream;
    if (!line) return () => {};
    const end = this.#options.disturbances.begin(line.name, "hold");
    line.proxy.toClient.hold();
    return (isCut) => {
      if (isCut) this.#cut(line);
      else line.proxy.toClient.release();
      end();
    };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#closing.abort();
    if (this.#stream) await close(this.#stream);
    await this.#listening;
    const calls = await this.#calls;
    if (calls) await close(calls);
  }

  async #listen(): Promise<void> {
    const { signal } = this.#closing;
    while (!signal.aborted) {
      const line = await this.#connect("stream");
      this.#stream = line;
      if (signal.aborted) break;
      await this.#read(line, line.client.answers());
      await close(line);
      await sleep(reconnectMs, undefined, { signal }).catch(() => {});
    }
  }

  async #read(line: Line, stream: WireStream): Promise<void> {
    const { ledger } = this.#options;
    for (let count = 1; ; count++) {
      try {
        await stream.reached(count);
      } catch {
        return; // It ended, and all that it brought is written down.
      }
      const answer = stream.items[count - 1];
      if (answer) ledger.answered(answer, line.name, line.gateway.name);
    }
  }

  async #connect(what: string): Promise<Line> {
    const { name, gateways, random } = this.#options;
    const gateway = random.pick(gateways);
    const proxy = await HoldingProxy.to(gateway.address);
    const client = new WireClient(proxy.address);
    return { name: `${what} ${name}.${++this.#lines}`, gateway, proxy, client };
  }

  #cut(line: Line): void {
    this.#options.disturbances.begin(line.name, "cut")();
    line.proxy.cut();
  }
}

async function close({ client, proxy }: Line): Promise<void> {
  client[Symbol.dispose]();
  await proxy[Symbol.asyncDispose]();
}
