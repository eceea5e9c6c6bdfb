import type { ChatRequest } from "../../data-models/chat.ts";
import type { Skip } from "./candidate.ts";
import { capabilityGap } from "./capability-gap.ts";
import { limitedRequest } from "./limited-request.ts";
import type { Turn } from "./route-plan.ts";

/** Why a candidate in the plan is not asked now; null if it is. */
export function currentSkip(turn: Turn, request: ChatRequest | null, now: number): Skip | null {
  const { access, model, health } = turn;
  const gap =
    request && capabilityGap(limitedRequest(request, turn), access.provider.capabilities(model));
  if (gap) return gap;
  const restMs = health.restUntil - now;
  if (restMs > 0) {
    const why = `its provider asked to be left alone for another ${seconds(restMs)}`;
    return { why, code: "UNAVAILABLE" };
  }
  if (health.breaker.lets) return null;
  const { openForMs } = health.breaker;
  const why =
    openForMs > 0
      ? `it failed too often, and is tried again in ${seconds(openForMs)}`
      : "it failed too often, and another request is finding out whether it is back";
  return { why, code: "UNAVAILABLE" };
}

/** Why a candidate in the plan is not asked before all others have been: one request waits for it already. */
export function startingSkip({ health }: Turn): Skip | null {
  if (health.start.waiting === 0) return null;
  const why = "its model is being started, and another request waits for it";
  return { why, code: "UNAVAILABLE" };
}

function seconds(milliseconds: number): string {
  return `${Math.max(0.1, milliseconds / 1000).toFixed(1)} s`;
}
