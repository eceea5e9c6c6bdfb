import type { ChatRequest } from "../../data-models/chat.ts";
import { ProviderError } from "../../errors/model-errors.ts";
import type { RouteLimits } from "../plan/route-config.ts";
import type { Turn } from "../plan/route-plan.ts";
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

/** The part of the time left that one attempt may be silent for while others could still be asked. */
const part = 1 / 2;
/** Silence of less than this part of the route's own limit says little about a candidate's health. */
const tellingPart = 1 / 3;

/** What an attempt is given of a request's time. */
interface ShareOptions {
  readonly turn: Turn;
  readonly request: ChatRequest;
  /** What the route grants. */
  readonly limits: RouteLimits;
  readonly leftMs: number;
  /** Whether somebody else could still be asked. */
  readonly hasOther: () => boolean;
}

/**
 * The limits of one attempt, so that a silent candidate does not use up the time
 * in which others could answer. The last one has all of it.
 */
export class AttemptShare {
  readonly limits: RouteLimits;
  readonly #provider: string;
  readonly #granted: RouteLimits;
  readonly #isWhole: boolean;
  /** Null where the route's limits are shorter anyway. */
  readonly #shareMs: number | null;

  constructor({ turn, request, limits, leftMs, hasOther }: ShareOptions) {
    const { provider } = turn.access;
    const shareMs = Math.max(1, Math.ceil(Math.min(leftMs * part, turn.probeMs ?? leftMs)));
    // What comes whole is silent until its end: there the end is what is bounded.
    const isWhole = provider.comesInParts?.(turn.model, request) === false;
    const ownMs = isWhole ? (limits.totalMs ?? leftMs) : limits.firstTokenMs;
    const isShorter = shareMs < ownMs && hasOther();
    this.#provider = provider.name;
    this.#granted = limits;
    this.#isWhole = isWhole;
    this.#shareMs = isShorter ? shareMs : null;
    this.limits = isShorter ? withShare(limits, shareMs, isWhole) : limits;
  }

  /** The error of an attempt that its share ended; null where something else ended it. */
  errorAfter(limit: LimitName | null): ProviderError | null {
    if (!this.#isOver(limit)) return null;
    const problem = `nothing of an answer within ${this.#shareMs} ms, its share of the time that was left; the rest is for the next one.`;
    return new ProviderError(this.#provider, "DEADLINE_EXCEEDED", problem, {
      reason: "timeout",
      retryable: true,
    });
  }

  /** Whether an attempt that this limit ended was too short to blame the candidate. */
  isTooShortToBlame(limit: LimitName | null): boolean {
    if (limit === "deadline" || limit === "loadingMs") return true;
    if (!this.#isOver(limit)) return false;
    return this.#isWhole || (this.#shareMs ?? 0) < this.#granted.firstTokenMs * tellingPart;
  }

  /** What silence until this limit is taken for, as a time to the first token; null if it tells nothing. */
  silenceMs(limit: LimitName | null): number | null {
    if (limit !== "firstTokenMs") return null;
    // It would have come later; as late as the time left allowed is a fair guess.
    return this.#isOver(limit) ? (this.#shareMs ?? 0) / part : this.limits.firstTokenMs;
  }

  #isOver(limit: LimitName | null): boolean {
    if (this.#shareMs === null) return false;
    return limit === (this.#isWhole ? "totalMs" : "firstTokenMs");
  }
}

function withShare(limits: RouteLimits, shareMs: number, isWhole: boolean): RouteLimits {
  return isWhole ? { ...limits, totalMs: shareMs } : { ...limits, firstTokenMs: shareMs };
}
