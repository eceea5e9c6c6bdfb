import type { ChatRequest } from "../data-models/chat.ts";
import { leastTokens, unmetDemands } from "../providers/check-capabilities.ts";
import type { Capabilities } from "../providers/provider.ts";

/** What the request asks for and the model cannot give, in words; null when nothing is missing. */
export function capabilityGap(request: ChatRequest, can: Capabilities): string | null {
  const unmet = unmetDemands(request, can);
  if (unmet.length > 0) return `it cannot take ${unmet.join(", ")}`;
  const tokens = leastTokens(request);
  if (can.contextTokens === null || tokens <= can.contextTokens) return null;
  return `the request needs ${tokens} tokens at least, and it has room for ${can.contextTokens}`;
}
