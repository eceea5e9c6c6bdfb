import type { ChatEvent } from "../../data-models/chat.ts";
import { ProviderError } from "../../errors/model-errors.ts";
import type { CandidateHealth } from "../health/candidate-health.ts";
import type { HealthVerdict } from "../health/circuit-breaker.ts";
import type { RouteConfig, RouteLimits } from "../plan/route-config.ts";
import type { Turn } from "../plan/route-plan.ts";
import type { Attempt, Starting } from "./attempt.ts";
import { type Clock, pause } from "./clock.ts";
import { healthAfter, type NextStep, toProviderError } from "./failure-policy.ts";
import type { AttemptShare } from "./time-limits.ts";

/** The longest pause between two looks at a model that loads. */
const maxLoadPauseMs = 5000;
/** For how long a provider is left alone at the most, whatever it asks for. */
const maxPauseMs = 3_600_000;

/** What decides how long a candidate is waited for. */
interface RetryStateOptions {
  readonly clock: Clock;
  readonly random: () => number;
  /** Milliseconds since 1970. */
  readonly deadline: number;
}

/** How often one request asks one candidate, and how long it waits in between. */
export class RetryState {
  readonly #route: RouteConfig;
  readonly #health: CandidateHealth;
  readonly #options: RetryStateOptions;
  #limits: RouteLimits;
  #retries = 0;
  #loads = 0;
  #loadingSince: number | null = null;
  #hasAsked = false;

  constructor(route: RouteConfig, health: CandidateHealth, options: RetryStateOptions) {
    this.#route = route;
    this.#health = health;
    this.#options = options;
    this.#limits = route.limits;
  }

  /** The limits of the next attempt. */
  get limits(): RouteLimits {
    return this.#limits;
  }

  /** The candidate was asked; the first time is worth a part of a retry. */
  asked(): void {
    if (!this.#hasAsked) this.#health.budget.save();
    this.#hasAsked = true;
  }

  /** Milliseconds to wait before the same is asked again; null to leave it. */
  delayBefore(step: NextStep, error: ProviderError): number | null {
    const delayMs = this.#delayAfter(step, error);
    const { clock, deadline } = this.#options;
    // Somebody else may still answer in the time that waiting would use up.
    if (delayMs === null || clock.now() + delayMs >= deadline) return null;
    if (!this.#health.breaker.lets) return null;
    if (step === "retry" && !this.#health.budget.spend()) return null;
    return delayMs;
  }

  #delayAfter(step: NextStep, error: ProviderError): number | null {
    if (step === "retry") return this.#delayBeforeRetry(error);
    return step === "load" ? this.#delayWhileLoading(error) : null;
  }

  #delayBeforeRetry({ retryAfterMs }: ProviderError): number | null {
    const { retries, longestWaitMs, backoffMs } = this.#route;
    const { clock, random } = this.#options;
    if (retryAfterMs > longestWaitMs) {
      this.#health.restUntil = clock.now() + Math.min(retryAfterMs, maxPauseMs);
      return null;
    }
    if (this.#retries >= retries) return null;
    const backoff = backoffMs * 2 ** this.#retries * (0.5 + random());
    this.#retries += 1;
    // Those who were told the same time must not come back at the same time.
    return Math.max(backoff, retryAfterMs * (1 + 0.1 * random()));
  }

  #delayWhileLoading({ retryAfterMs }: ProviderError): number | null {
    const { backoffMs, limits } = this.#route;
    const { clock, random } = this.#options;
    const now = clock.now();
    this.#loadingSince ??= now;
    const leftMs = this.#loadingSince + limits.loadingMs - now;
    if (leftMs <= 0) return null;
    // Servers that start a model may hold even the status back.
    const { connectMs: _, ...others } = limits;
    this.#limits = { ...others, firstTokenMs: leftMs };
    const backoff = Math.min(backoffMs * 2 ** this.#loads, maxLoadPauseMs) * (0.5 + random());
    this.#loads += 1;
    return Math.min(Math.max(backoff, retryAfterMs), leftMs);
  }
}

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

/** What a trial is made of. */
interface TrialParts {
  readonly attempt: Attempt;
  readonly share: AttemptShare;
  readonly retryState: RetryState;
  /** Gives back the right to the attempt; see `CircuitBreaker.begin`. */
  readonly tell: (verdict: HealthVerdict) => void;
}

/** One attempt in the hands of a call, which may read it in parts, and leave it to itself. */
export class Trial {
  readonly attempt: Attempt;
  readonly share: AttemptShare;
  isConcluded = false;
  readonly #retryState: RetryState;
  readonly #tell: (verdict: HealthVerdict) => void;
  readonly #events: AsyncGenerator<ChatEvent | Starting, void>;

  constructor({ attempt, share, retryState, tell }: TrialParts) {
    this.attempt = attempt;
    this.share = share;
    this.#retryState = retryState;
    this.#tell = tell;
    this.#events = attempt.events();
  }

  get turn(): Turn {
    return this.attempt.turn;
  }

  /** Reads on; who stops reading has not ended the attempt. */
  async *read(): AsyncGenerator<ChatEvent | Starting, void> {
    for (;;) {
      const next = await this.#events.next();
      if (next.done) return;
      yield next.value;
    }
  }

  /** Says what came of it, once. */
  conclude(verdict: HealthVerdict): void {
    if (this.isConcluded) return;
    this.isConcluded = true;
    this.#retryState.asked();
    this.#tell(verdict);
  }

  /** Gives the right to the attempt back: its provider asked nobody. */
  withdraw(): void {
    this.isConcluded = true;
    this.#tell("unknown");
  }

  /** Remembers how fast it was. */
  measure(): void {
    const { turn, beganAt, firstTokenAt, endedAt, usage, mayBeStart } = this.attempt;
    if (firstTokenAt === null || mayBeStart) return;
    turn.health.speed.addFirstToken(firstTokenAt - beganAt);
    turn.health.speed.addRate(usage?.outputTokens ?? 0, endedAt - firstTokenAt);
  }

  /** Ends it; its provider hears of it at once. */
  async end(): Promise<void> {
    await this.#events.return();
  }

  /** Takes note of a silence that lets others be asked. @returns what the caller's log is told */
  hold(): ProviderError {
    const { attempt, turn } = this;
    const waitedMs = attempt.endedAt - attempt.beganAt;
    if (!attempt.mayBeStart) turn.health.speed.addSilence(waitedMs);
    const what = waitedMs > 0 ? `nothing within ${waitedMs} ms` : "it was silent when it was asked";
    const problem = `${what}: its model may be starting. The request is held open, and others are asked.`;
    return new ProviderError(turn.access.provider.name, "UNAVAILABLE", problem, {
      reason: "loading",
      retryable: true,
    });
  }

  /**
   * Leaves it, for its call is over. The last one that waits for a model stays
   * until the model is there, or `stopped`: where nobody waits, a start is undone.
   */
  leave(caller: AbortSignal, stopped: AbortSignal): void {
    const isNeeded = this.attempt.isWaiting && this.turn.health.start.waiting === 1;
    if (isNeeded && !caller.aborted && !stopped.aborted) {
      this.attempt.outlive(stopped);
      void this.#awaitStart();
    } else {
      this.conclude(this.attempt.isWaiting || caller.aborted ? "unknown" : "alive");
      // At once: of several that leave together, the last has to know that it is.
      this.attempt.stopWaiting();
      void this.end();
    }
  }

  async #awaitStart(): Promise<void> {
    try {
      await this.#events.next();
      this.conclude("alive");
    } catch (thrown) {
      const isOurs = this.attempt.limit !== null;
      const { name } = this.turn.access.provider;
      this.conclude(isOurs ? "unknown" : healthAfter(toProviderError(thrown, name)));
    } finally {
      await this.end();
    }
  }
}
