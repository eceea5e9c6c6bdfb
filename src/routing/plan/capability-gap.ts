import type { ChatRequest } from "../../data-models/chat.ts";
import {
  neededTokens,
  participantTexts,
  unmetDemands,
} from "../../providers/check-capabilities.ts";
import type { Capabilities } from "../../providers/provider.ts";
import type { Skip } from "./candidate.ts";

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
