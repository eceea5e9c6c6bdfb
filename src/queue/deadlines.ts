import { Change } from "./change.ts";

/** The longest that a timer of Node.js waits. */
const longestMs = 2_147_483_647;

/** Waits for the earliest of many deadlines, which are only known to be not earlier than they are. */
export class Deadlines {
  readonly #change = new Change();
  #earliest: number | null = null;

  /** Something has this deadline. Times are milliseconds since 1970. */
  add(deadline: number): void {
    if (this.#earliest !== null && this.#earliest <= deadline) return;
    this.#earliest = deadline;
    this.#change.notify();
  }

  /** All of them together: what was known before is forgotten. */
  reset(earliest: number | null): void {
    this.#earliest = earliest;
    this.#change.notify();
  }

  /** Resolves when the earliest deadline has passed, or when `signal` aborts. */
  async passed(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      const { count } = this.#change;
      const leftMs = (this.#earliest ?? Number.POSITIVE_INFINITY) - Date.now();
      if (leftMs <= 0) return;
      const timer = Number.isFinite(leftMs)
        ? setTimeout(() => this.#change.notify(), Math.min(leftMs, longestMs))
        : undefined;
      await this.#change.after(count, signal);
      clearTimeout(timer);
    }
  }
}
