import type { ChatRequest } from "../../data-models/chat.ts";
import type { TracedCandidate } from "../call/route-trace.ts";
import type { BreakerState } from "../health/circuit-breaker.ts";
import type { Price } from "../prices/prices.ts";
import { currentSkip, startingSkip } from "./current-skip.ts";
import type { RoutePlan } from "./route-plan.ts";

/** One candidate as it stands now. */
export interface ExplainedCandidate extends TracedCandidate {
  /** US dollars per million tokens; null when it is not known. */
  readonly price: Pick<Price, "inputPerMillion" | "outputPerMillion"> | null;
  readonly speed: {
    /** Measured, else of the price table; null when neither knows. */
    readonly tokensPerSecond: number | null;
    readonly firstTokenMs: number | null;
    readonly isMeasured: boolean;
  };
  /** Null for those who cannot be asked at all. */
  readonly breaker: BreakerState | null;
}

/** A route's plan for a caller. No keys in it. */
export interface RouteExplanation {
  readonly route: string;
  /** What decided on the order. */
  readonly order: {
    readonly provider: string | null;
    readonly speedPriority: "low" | "high" | null;
  };
  readonly candidates: readonly ExplainedCandidate[];
}

/** Tells a plan: who would be asked, in order, then who would not. */
export function toExplanation(
  { route, turns, excluded }: RoutePlan,
  request: ChatRequest | null,
  now: number,
): RouteExplanation {
  const asked = turns.map((turn): ExplainedCandidate => {
    const { access, model, isFallback, price, health } = turn;
    const { tokensPerSecond, firstTokenMs } = health.speed;
    return {
      profile: access.profile,
      provider: access.providerName,
      model,
      isFallback,
      skipped: (currentSkip(turn, request, now) ?? startingSkip(turn))?.why ?? null,
      price: price && {
        inputPerMillion: price.inputPerMillion,
        outputPerMillion: price.outputPerMillion,
      },
      speed: {
        tokensPerSecond: tokensPerSecond ?? price?.speed ?? null,
        firstTokenMs,
        isMeasured: firstTokenMs !== null,
      },
      breaker: health.breaker.state,
    };
  });
  const left = excluded.map(({ access, model, isFallback, skip }): ExplainedCandidate => {
    const speed = { tokensPerSecond: null, firstTokenMs: null, isMeasured: false };
    return {
      profile: access.profile,
      provider: access.providerName,
      model,
      isFallback,
      skipped: skip.why,
      price: null,
      speed,
      breaker: null,
    };
  });
  return {
    route: route.name,
    order: { provider: route.provider ?? null, speedPriority: route.speedPriority ?? null },
    candidates: [...asked, ...left],
  };
}
