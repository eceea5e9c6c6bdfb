import type { ChatRequest } from "../../data-models/chat.ts";
import { likelyTokens } from "../../providers/check-capabilities.ts";
import type { Turn } from "./route-plan.ts";

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
