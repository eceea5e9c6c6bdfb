/** Lets any number of waiters sleep until somebody says that things have changed. */
export class Change {
  #waiters: (() => void)[] = [];
  #count = 0;
  /** Signals that already wake the waiters when they abort: listening once is enough. */
  readonly #signals = new WeakSet<AbortSignal>();

  /** Whether anybody waits now. */
  get isAwaited(): boolean {
    return this.#waiters.length > 0;
  }

  /** How often things have changed. */
  get count(): number {
    return this.#count;
  }

  /** Wakes everybody who waits now. */
  notify(): void {
    this.#count++;
    this.#wake();
  }

  /**
   * Resolves at the next `notify`, when `signal` aborts, or for no reason at
   * all: whoever waits looks again at what it waits for.
   */
  next(signal: AbortSignal): Promise<void> {
    return this.after(this.#count, signal);
  }

  /** As `next`, but at once if things have changed since `count` was this: nothing is missed meanwhile. */
  after(count: number, signal: AbortSignal): Promise<void> {
    if (signal.aborted || count !== this.#count) return Promise.resolve();
    if (!this.#signals.has(signal)) {
      this.#signals.add(signal);
      signal.addEventListener("abort", () => this.#wake(), { once: true });
    }
    return new Promise((resolve) => this.#waiters.push(resolve));
  }

  /** Resolves once `condition` holds, checked after every change, or when `signal` aborts. */
  async until(condition: () => boolean, signal: AbortSignal): Promise<void> {
    while (!condition() && !signal.aborted) await this.next(signal);
  }

  #wake(): void {
    if (this.#waiters.length === 0) return;
    const waiters = this.#waiters;
    this.#waiters = [];
    for (const wake of waiters) wake();
  }
}
