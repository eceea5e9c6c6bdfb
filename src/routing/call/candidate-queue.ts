import type { Turn } from "../plan/route-plan.ts";
import { type Clock, pause } from "./clock.ts";
import type { RetryState } from "./retry-state.ts";
import type { Trial } from "./trial.ts";

/** A candidate that is to be asked. */
export interface PendingCandidate {
  readonly turn: Turn;
  /** Null for one that this request has not asked yet. */
  readonly retryState: RetryState | null;
  /** Milliseconds since 1970; not before. Infinite for one that is held. */
  readonly dueAt: number;
  /** The attempt that waits for a model to start; it is due when there is something to be read. */
  readonly held?: Trial;
}

/**
 * Whom a request still has to ask: everybody once, in their order, then again
 * those who load a model, the earliest due first.
 */
export class CandidateQueue {
  readonly #turns: Turn[];
  readonly #postponed: PendingCandidate[] = [];

  constructor(turns: readonly Turn[]) {
    this.#turns = [...turns];
  }

  /** The attempts that are held open. */
  get held(): readonly Trial[] {
    return this.#postponed.flatMap(({ held }) => held ?? []);
  }

  /** Takes the next one off as soon as it is due; null when nobody is left. @throws the signal's reason */
  async next(clock: Clock, signal: AbortSignal): Promise<PendingCandidate | null> {
    const turn = this.#turns.shift();
    if (turn) return { turn, retryState: null, dueAt: 0 };
    const [first] = this.#postponed;
    if (!first) return null;
    const due = await this.#firstDue(first, clock, signal);
    this.#postponed.splice(this.#postponed.indexOf(due), 1);
    return due;
  }

  async #firstDue(
    first: PendingCandidate,
    clock: Clock,
    signal: AbortSignal,
  ): Promise<PendingCandidate> {
    const delayMs = first.dueAt - clock.now();
    if (delayMs <= 0) return first;
    const stirred = this.#postponed.flatMap(
      (each) => each.held?.attempt.stirred.then(() => each) ?? [],
    );
    if (first.held) return Promise.race(stirred);
    const over = new AbortController();
    const paused = pause(clock, delayMs, AbortSignal.any([signal, over.signal]));
    try {
      return await Promise.race([paused.then(() => first), ...stirred]);
    } finally {
      over.abort();
      paused.catch(() => {});
    }
  }

  /** Asks it again when everybody else has been asked, and not before it is due. */
  postpone(pending: PendingCandidate): void {
    this.#postponed.push(pending);
    this.#postponed.sort((one, other) => one.dueAt - other.dueAt);
  }

  /** Whether somebody is left whom `canBeAsked` takes. */
  hasOther(canBeAsked: (turn: Turn) => boolean): boolean {
    return this.#postponed.some(({ turn }) => canBeAsked(turn)) || this.#turns.some(canBeAsked);
  }
}
