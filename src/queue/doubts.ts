import type { Arrival, QueueStore, StoreLimits } from "./queue-store.ts";
import type { AcceptOutcome } from "./request-queue.ts";
import { ifReachable, type StoreAccess } from "./store-access.ts";

/** What doubts are settled with. */
export interface DoubtsOptions {
  readonly insert: QueueStore["insert"];
  readonly access: StoreAccess;
  /** How long after it came a request may be in doubt. */
  readonly mostMs: number;
  /** Bytes of requests that may be in doubt at once. */
  readonly maxBytes: number;
}

/** Requests that may be in doubt at once: about what is under way when a store goes away. */
const mostDoubts = 400;

/**
 * Asks a store that went away with requests whether it has them, until it says
 * so: an error now, and an answer when it is back, would be one too many.
 */
export class Doubts {
  readonly #options: DoubtsOptions;
  #count = 0;
  #bytes = 0;

  constructor(options: DoubtsOptions) {
    this.#options = options;
  }

  /** Resolves with `unknown` when that takes too long, or too many are in doubt. */
  async settle(arrival: Arrival, limits: StoreLimits): Promise<AcceptOutcome> {
    const { mostMs, maxBytes } = this.#options;
    const { bytes, receivedAt } = arrival.request;
    if (this.#count >= mostDoubts || this.#bytes >= maxBytes) return "unknown";
    this.#count++;
    this.#bytes += bytes;
    const giveUp = new AbortController();
    const { signal } = giveUp;
    const over = new Promise<undefined>((resolve) => {
      signal.addEventListener("abort", () => resolve(undefined));
    });
    // A clock that was set back must not make it longer.
    const leftMs = Math.min(mostMs, receivedAt + mostMs - Date.now());
    const timer = setTimeout(() => giveUp.abort(), leftMs);
    try {
      const outcome = await Promise.race([this.#insert(arrival, limits, signal), over]);
      // The insert of before may still be on its way, and find room.
      return outcome === undefined || outcome === "full" ? "unknown" : outcome;
    } finally {
      clearTimeout(timer);
      this.#count--;
      this.#bytes -= bytes;
    }
  }

  async #insert(arrival: Arrival, limits: StoreLimits, signal: AbortSignal) {
    const { insert, access } = this.#options;
    const again = () => insert([arrival], limits, true);
    const outcomes = await ifReachable(access.call(again, { signal, carriesData: true }));
    return outcomes?.[0];
  }
}
