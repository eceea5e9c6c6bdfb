import { Change } from "../../async/change.ts";

/** The longest that a timer of Node.js waits. */
const maxMs = 2_147_483_647;

/** Waits for the earliest of many deadlines, which are only known to be not earlier than they are. */
export class Deadlines {
  readonly #change = new Change();
  #earliest: number | null = null;
  /** The earliest of what came since the last look began, and how many looks have begun. */
  #added: number | null = null;
  #looks = 0;

  /** Something has this deadline. Times are milliseconds since 1970. */
  add(deadline: number): void {
    this.#added = Math.min(deadline, this.#added ?? deadline);
    if (this.#earliest !== null && this.#earliest <= deadline) return;
    this.#earliest = deadline;
    this.#change.notify();
  }

  /**
   * Looks where all of them are, and forgets what was known before: not what came
   * meanwhile, which may not have been there yet. `undefined` means that nobody knows.
   */
  async learn(look: () => Promise<number | null | undefined>): Promise<void> {
    const number = ++this.#looks;
    this.#added = null;
    const found = await look();
    // Whoever began to look later knows better.
    if (found === undefined || number !== this.#looks) return;
    this.#earliest = found === null ? this.#added : Math.min(found, this.#added ?? found);
    this.#change.notify();
  }

  /** Resolves when the earliest deadline has passed, or when `signal` aborts. */
  async passed(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      const { count } = this.#change;
      const leftMs = (this.#earliest ?? Number.POSITIVE_INFINITY) - Date.now();
      if (leftMs <= 0) return;
      const timer = Number.isFinite(leftMs)
        ? setTimeout(() => this.#change.notify(), Math.min(leftMs, maxMs))
        : undefined;
      await this.#change.after(count, signal);
      clearTimeout(timer);
    }
  }
}
