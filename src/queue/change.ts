/** Lets any number of waiters sleep until somebody says that things have changed. */
export class Change {
  #waiters: (() => void)[] = [];
  /** Signals that already wake the waiters when they abort: listening once is enough. */
  readonly #signals = new WeakSet<AbortSignal>();

  /** Whether anybody waits now. */
  get isAwaited(): boolean {
    return this.#waiters.length > 0;
  }

  /** Wakes everybody who waits now. */
  notify(): void {
    if (this.#waiters.length === 0) return;
    const waiters = this.#waiters;
    this.#waiters = [];
    for (const wake of waiters) wake();
  }

  /**
   * Resolves at the next `notify`, when `signal` aborts, or for no reason at
   * all: whoever waits looks again at what it waits for.
   */
  next(signal: AbortSignal): Promise<void> {
    if (signal.aborted) return Promise.resolve();
    if (!this.#signals.has(signal)) {
      this.#signals.add(signal);
      signal.addEventListener("abort", () => this.notify(), { once: true });
    }
    return new Promise((resolve) => this.#waiters.push(resolve));
  }

  /** Resolves once `condition` holds, checked after every change, or when `signal` aborts. */
  async until(condition: () => boolean, signal: AbortSignal): Promise<void> {
    while (!condition() && !signal.aborted) await this.next(signal);
  }
}
