import type { Clock } from "../call/clock.ts";

/** What is known of the start of a model that may be at zero. */
export interface ModelStart {
  /** Whether it was silent when it was asked last: whoever asks now will most likely wait. */
  isSilent: boolean;
  /** How many requests wait for it. */
  waiting: number;
  /** When it was heard of last, in milliseconds since 1970; null if it never was. */
  heardAt: number | null;
}

/** Whoever answered within this time is hardly at zero: its silence counts as slowness. */
const awakeMs = 60_000;

/**
 * One request's silence before the status, where it may be the start of a model:
 * first it is what any answer takes, then the wait for the start, and it is over
 * with whatever comes.
 */
export class StartWait {
  /** Resolves when it has been silent for longer than a model that is there; not after `over`. */
  readonly overdue: Promise<void>;
  /** Resolves when something came, or nobody waits any more. */
  readonly over: Promise<void>;
  /** Whether it was waited for a start. */
  wasOverdue = false;
  isOver = false;
  /** Whether the model may have been at zero when it was asked. */
  readonly mayBeStart: boolean;
  readonly #clock: Clock;
  readonly #start: ModelStart;
  readonly #end: () => void;
  readonly #callOff: () => void;

  /** @param silenceMs for how long a model that is there may be silent */
  constructor(start: ModelStart, clock: Clock, silenceMs: number) {
    const overdue = Promise.withResolvers<void>();
    const over = Promise.withResolvers<void>();
    this.mayBeStart = start.heardAt === null || clock.now() - start.heardAt >= awakeMs;
    this.#clock = clock;
    this.#start = start;
    this.overdue = overdue.promise;
    this.over = over.promise;
    this.#end = over.resolve;
    const pass = () => {
      this.wasOverdue = true;
      start.isSilent = true;
      start.waiting += 1;
      overdue.resolve();
    };
    // Where it was silent before, nobody waits to find out.
    this.#callOff = start.isSilent ? () => {} : clock.after(silenceMs, pass);
    if (start.isSilent) pass();
  }

  /** The model has answered, or refused: it is there. */
  heard(): void {
    this.#start.isSilent = false;
    this.#start.heardAt = this.#clock.now();
    this.stop();
  }

  /** Nobody waits any more. */
  stop(): void {
    if (this.isOver) return;
    this.isOver = true;
    this.#callOff();
    if (this.wasOverdue) this.#start.waiting -= 1;
    this.#end();
  }
}
