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

  /** Resolves when all that are pending now are settled. */
  async settled(): Promise<void> {
    await Promise.allSettled(this.#promises);
  }
}
