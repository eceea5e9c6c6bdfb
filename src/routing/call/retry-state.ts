import type { ProviderError } from "../../errors/model-errors.ts";
import type { CandidateHealth } from "../health/candidate-health.ts";
import type { RouteConfig, RouteLimits } from "../plan/route-config.ts";
import type { Clock } from "./clock.ts";
import type { NextStep } from "./failure-policy.ts";

/** The longest pause between two looks at a model that loads. */
const maxLoadPauseMs = 5000;
/** For how long a provider is left alone at the most, whatever it asks for. */
const maxPauseMs = 3_600_000;

/** What decides how long a candidate is waited for. */
export interface RetryStateOptions {
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
