import { ifReachable, type StoreAccess } from "./store-access.ts";

/** What settles inserts in doubt. */
export interface InDoubtInsertsOptions {
  readonly access: StoreAccess;
  /** How long after it came something may be in doubt. */
  readonly maxMs: number;
  /** Bytes that may be in doubt at once. */
  readonly maxBytes: number;
}

/** How much may be in doubt at once: about what is under way when a store goes away. */
const maxInDoubt = 400;

/**
 * Asks a store that went away with something whether it has it, until it says
 * so: an error now, and what is there when it is back, would be one too many.
 */
export class InDoubtInserts {
  readonly #options: InDoubtInsertsOptions;
  #count = 0;
  #bytes = 0;

  constructor(options: InDoubtInsertsOptions) {
    this.#options = options;
  }

  /**
   * Makes the call again, as a retry, until it succeeds. Resolves with undefined
   * when that takes too long, or too much is in doubt.
   */
  async settle<Result>(
    { bytes, receivedAt }: { readonly bytes: number; readonly receivedAt: number },
    callAgain: () => Promise<Result>,
  ): Promise<Result | undefined> {
    const { access, maxMs, maxBytes } = this.#options;
    if (this.#count >= maxInDoubt || this.#bytes >= maxBytes) return undefined;
    this.#count++;
    this.#bytes += bytes;
    const giveUp = new AbortController();
    const { signal } = giveUp;
    const over = new Promise<undefined>((resolve) => {
      signal.addEventListener("abort", () => resolve(undefined));
    });
    // A clock that was set back must not make it longer.
    const leftMs = Math.min(maxMs, receivedAt + maxMs - Date.now());
    const timer = setTimeout(() => giveUp.abort(), leftMs);
    try {
      const call = ifReachable(access.call(callAgain, { signal, carriesData: true }));
      return await Promise.race([call, over]);
    } finally {
      clearTimeout(timer);
      this.#count--;
      this.#bytes -= bytes;
    }
  }
}
