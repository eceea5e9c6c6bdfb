import type { ChatRequest } from "../../data-models/chat.ts";
import {
  likelyTokens,
  neededTokens,
  participantTexts,
  unmetDemands,
} from "../../providers/check-capabilities.ts";
import type { Capabilities } from "../../providers/provider.ts";
import type { Skip } from "./candidate.ts";
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

/** What the request asks for and the model cannot give; null when nothing is missing. */
export function capabilityGap(request: ChatRequest, can: Capabilities): Skip | null {
  const unmet = unmetDemands(request, can);
  if (unmet.length > 0) {
    const isBlind = unmet.includes("images");
    return {
      why: `it cannot take ${unmet.join(", ")}`,
      code: "INVALID_ARGUMENT",
      ...(isBlind && { participantText: participantTexts.images }),
    };
  }
  if (can.contextTokens === null) return null;
  const tokens = neededTokens(request, can);
  if (tokens <= can.contextTokens) return null;
  const needed = can.cutsSilently ? `about ${tokens} tokens` : `${tokens} tokens at least`;
  return {
    why: `the request needs ${needed}, and it has room for ${can.contextTokens}`,
    code: "INVALID_ARGUMENT",
    participantText: participantTexts.length,
  };
}

/**
 * The request as one candidate gets it: with no longer an answer than its route and
 * its profile allow. A limit of theirs is no demand, so that it gives way where the
 * model's window has less room.
 */
export function limitedRequest(
  request: ChatRequest,
  { access, model, maxTokens }: Pick<Turn, "access" | "model" | "maxTokens">,
): ChatRequest {
  const { maxTokens: wanted, ...question } = request;
  if (maxTokens === undefined || (wanted !== undefined && wanted <= maxTokens)) return request;
  const { contextTokens } = access.provider.capabilities(model);
  const room = contextTokens === null ? maxTokens : contextTokens - likelyTokens(question);
  return { ...question, maxTokens: Math.max(1, Math.min(maxTokens, room)) };
}
