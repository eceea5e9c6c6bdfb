import { Change } from "./change.ts";

/** Room for so many pieces of work at once. */
export class Slots {
  readonly #count: number;
  readonly #change = new Change();
  #taken = 0;

  constructor(count: number) {
    this.#count = count;
  }

  get free(): number {
    return this.#count - this.#taken;
  }

  /** Holds a slot while `work` runs. */
  async run(work: () => Promise<void>): Promise<void> {
    this.#taken++;
    try {
      await work();
    } finally {
      this.#taken--;
      this.#change.notify();
    }
  }

  /** Resolves when a slot is free, or when `signal` aborts. */
  onFree(signal: AbortSignal): Promise<void> {
    return this.#change.until(() => this.free > 0, signal);
  }

  /** Resolves when nothing runs, or when `signal` aborts. */
  onIdle(signal: AbortSignal): Promise<void> {
    return this.#change.until(() => this.#taken === 0, signal);
  }
}
