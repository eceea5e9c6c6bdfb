import type { Patience } from "./patience.ts";
import type { Turn } from "./route-plan.ts";

/** A candidate that is to be asked. */
export interface Appointment {
  readonly turn: Turn;
  /** Null for one that this request has not asked yet. */
  readonly patience: Patience | null;
  /** Milliseconds since 1970; not before. */
  readonly dueAt: number;
}

/**
 * Whom a request still has to ask: everybody once, in their order, then again
 * those who load a model, the earliest due first.
 */
export class Agenda {
  readonly #turns: Turn[];
  readonly #postponed: Appointment[] = [];

  constructor(turns: readonly Turn[]) {
    this.#turns = [...turns];
  }

  /** Takes the next one off; null when nobody is left. */
  next(): Appointment | null {
    const turn = this.#turns.shift();
    if (turn) return { turn, patience: null, dueAt: 0 };
    return this.#postponed.shift() ?? null;
  }

  /** Asks it again when everybody else has been asked, and not before it is due. */
  postpone(appointment: Appointment): void {
    this.#postponed.push(appointment);
    this.#postponed.sort((one, other) => one.dueAt - other.dueAt);
  }

  /** Whether somebody is left whom `canBeAsked` takes. */
  hasOther(canBeAsked: (turn: Turn) => boolean): boolean {
    return this.#postponed.some(({ turn }) => canBeAsked(turn)) || this.#turns.some(canBeAsked);
  }
}
