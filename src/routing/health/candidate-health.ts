import { normalizeModelName } from "../../data-models/model-name.ts";
import type { Clock } from "../call/clock.ts";
import type { RouteConfig } from "../plan/route-config.ts";
import { CircuitBreaker } from "./circuit-breaker.ts";
import { MeasuredSpeed } from "./measured-speed.ts";
import type { ModelStart } from "./model-start.ts";

/** What a candidate that was not asked for long may have saved up. */
const most = 10;

/**
 * Bounds retries to a part of the first attempts: a provider that is down gets
 * little more than its usual load. First attempts save, retries spend.
 */
export class RetryBudget {
  readonly #perAttempt: number;
  #tokens = most;

  /** @param perAttempt retries that one first attempt is worth */
  constructor(perAttempt: number) {
    this.#perAttempt = perAttempt;
    if (perAttempt === 0) this.#tokens = 0;
  }

  save(): void {
    this.#tokens = Math.min(most, this.#tokens + this.#perAttempt);
  }

  /** Whether a retry may be made; it is spent if so. */
  spend(): boolean {
    if (this.#tokens < 1) return false;
    this.#tokens -= 1;
    return true;
  }
}

/** What is remembered of one profile's model between requests. */
export interface CandidateHealth {
  readonly breaker: CircuitBreaker;
  readonly budget: RetryBudget;
  readonly speed: MeasuredSpeed;
  readonly start: ModelStart;
  /** Until when the provider asked to be left alone. */
  restUntil: number;
}

/** Callers may name models freely where a profile allows all: their number is bounded. */
const maxCandidates = 1000;

/** The health of all candidates, by profile and model; routes of equal retry settings share it. */
export class HealthBook {
  readonly #clock: Clock;
  readonly #random: () => number;
  readonly #entries = new Map<string, CandidateHealth>();

  constructor(clock: Clock, random: () => number) {
    this.#clock = clock;
    this.#random = random;
  }

  of(route: RouteConfig, profile: string, model: string): CandidateHealth {
    const { breaker, retryBudget } = route;
    const key = JSON.stringify([profile, normalizeModelName(model), breaker, retryBudget]);
    const known = this.#entries.get(key);
    if (known) return known;
    const health = {
      breaker: new CircuitBreaker(breaker, this.#clock, this.#random),
      budget: new RetryBudget(retryBudget),
      speed: new MeasuredSpeed(this.#clock),
      start: { isSilent: false, waiting: 0, heardAt: null },
      restUntil: 0,
    };
    this.#entries.set(key, health);
    const [oldest] = this.#entries.keys();
    if (this.#entries.size > maxCandidates && oldest !== undefined) this.#entries.delete(oldest);
    return health;
  }
}
