import type { Clock } from "./clock.ts";

/** The limits of one attempt, by the names that they have in a route. */
export type LimitName =
  | "connectMs"
  | "firstTokenMs"
  | "idleMs"
  | "totalMs"
  | "loadingMs"
  | "deadline";

/** The limit that passed, and when it was due. */
interface Due {
  readonly limit: LimitName;
  readonly at: number;
}

/**
 * Watches the limits of one attempt with a single timer. A limit that moves
 * ahead costs nothing: the timer looks again when it goes off too early.
 */
export class Watchdog {
  readonly #clock: Clock;
  readonly #onPassed: (limit: LimitName) => void;
  readonly #due = new Map<LimitName, number>();
  #callOff: (() => void) | null = null;
  #timerAt = Number.POSITIVE_INFINITY;
  #isStopped = false;

  constructor(clock: Clock, onPassed: (limit: LimitName) => void) {
    this.#clock = clock;
    this.#onPassed = onPassed;
  }

  /** From now on this limit passes at `at`, milliseconds since 1970; not after the end of the watch. */
  watch(limit: LimitName, at: number): void {
    if (this.#isStopped) return;
    this.#due.set(limit, at);
    if (at < this.#timerAt) this.#arm(at);
  }

  forget(limit: LimitName): void {
    this.#due.delete(limit);
  }

  stop(): void {
    this.#isStopped = true;
    this.#due.clear();
    this.#callOff?.();
    this.#callOff = null;
  }

  #arm(at: number): void {
    this.#callOff?.();
    this.#timerAt = at;
    this.#callOff = this.#clock.after(Math.max(0, at - this.#clock.now()), () => this.#look());
  }

  #look(): void {
    this.#timerAt = Number.POSITIVE_INFINITY;
    const next = this.#earliest();
    if (!next) return;
    if (next.at > this.#clock.now()) {
      this.#arm(next.at);
    } else {
      this.stop();
      this.#onPassed(next.limit);
    }
  }

  #earliest(): Due | null {
    let earliest: Due | null = null;
    for (const [limit, at] of this.#due) {
      if (!earliest || at < earliest.at) earliest = { limit, at };
    }
    return earliest;
  }
}
