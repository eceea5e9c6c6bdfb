import { Change } from "./change.ts";

/** Room for so many pieces of work at once. */
export class Slots {
  readonly #count: number;
  readonly #change = new Change();
  /** Who waits for a slot, the first one first. */
  readonly #waiting = new Set<() => void>();
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

  /**
   * Takes a slot, in the order of the calls, and resolves to what gives it back;
   * to call that again does nothing. Rejects with the signal's reason.
   */
  async take(signal: AbortSignal): Promise<() => void> {
    signal.throwIfAborted();
    if (this.free > 0) this.#taken++;
    else await this.#turn(signal);
    let isHeld = true;
    return () => {
      if (isHeld) this.#giveBack();
      isHeld = false;
    };
  }

  #turn(signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const begin = () => {
        signal.removeEventListener("abort", leave);
        resolve();
      };
      const leave = () => {
        this.#waiting.delete(begin);
        reject(signal.reason);
      };
      signal.addEventListener("abort", leave);
      this.#waiting.add(begin);
    });
  }

  /** The slot goes to who waits for it longest. */
  #giveBack(): void {
    const [next] = this.#waiting;
    if (next === undefined) {
      this.#taken--;
      this.#change.notify();
      return;
    }
    this.#waiting.delete(next);
    next();
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
