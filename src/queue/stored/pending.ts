import { neverAborted } from "../../async/never-aborted.ts";

/** Promises that are not settled yet. */
export class Pending {
  readonly #promises = new Set<Promise<unknown>>();

  get size(): number {
    return this.#promises.size;
  }

  add(promise: Promise<unknown>): void {
    this.#promises.add(promise);
    const remove = () => this.#promises.delete(promise);
    promise.then(remove, remove);
  }

  /** Resolves when all that are pending now are settled, or when `signal` aborts. */
  async settled(signal: AbortSignal = neverAborted): Promise<void> {
    if (signal.aborted) return;
    const aborted = Promise.withResolvers<void>();
    const giveUp = () => aborted.resolve();
    signal.addEventListener("abort", giveUp);
    await Promise.race([Promise.allSettled(this.#promises), aborted.promise]);
    signal.removeEventListener("abort", giveUp);
  }
}
