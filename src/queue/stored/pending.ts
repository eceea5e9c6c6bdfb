import { neverAborted } from "../../async/never-aborted.ts";
import { orAborted } from "../../async/or-aborted.ts";

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
    // An abort ends the waiting, and is no error.
    await orAborted(Promise.allSettled(this.#promises), signal).catch(() => {});
  }
}
