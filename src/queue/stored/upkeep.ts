import { setTimeout as sleep } from "node:timers/promises";

/** What has to be done in a store from time to time. */
export interface UpkeepOptions {
  /** Does a part of it; true when more is left. */
  readonly work: (signal: AbortSignal) => Promise<boolean>;
  readonly intervalMs: number;
}

/** Between two parts of a long piece of upkeep, so that requests come first. */
const settleMs = 20;

/** Does its work at once, and then again and again, until it is stopped. */
export class Upkeep {
  readonly #options: UpkeepOptions;
  readonly #stopped = new AbortController();
  #rest = new AbortController();
  #loop: Promise<void> = Promise.resolve();

  constructor(options: UpkeepOptions) {
    this.#options = options;
  }

  start(): void {
    this.#loop = this.#run();
  }

  /** Ends the rest that is under way, or the next one. */
  now(): void {
    this.#rest.abort();
  }

  async stop(): Promise<void> {
    this.#stopped.abort();
    await this.#loop;
  }

  async #run(): Promise<void> {
    const { signal } = this.#stopped;
    while (!signal.aborted) {
      const isMoreLeft = await this.#options.work(signal);
      const waitMs = isMoreLeft ? settleMs : this.#options.intervalMs;
      const either = AbortSignal.any([signal, this.#rest.signal]);
      // An abort ends the sleep by an error; whether the loop goes on is its condition's.
      await sleep(waitMs, undefined, { signal: either }).catch(() => {});
      this.#rest = new AbortController();
    }
  }
}
