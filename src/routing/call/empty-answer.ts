import type { ChatEvent, FinishReason } from "../../data-models/chat.ts";
import { ProviderError } from "../../errors/model-errors.ts";
import { isContent } from "./attempt.ts";

/** Whether there is nothing in an answer that should hold something; what a filter stopped need not. */
export function isEmptyAnswer(events: readonly ChatEvent[], finishReason: FinishReason): boolean {
  return finishReason !== "content-filter" && !events.some(isContent);
}

/**
 * What an answer is that ended in order and holds nothing to show: a filter's
 * refusal, or a failure that another attempt may not have.
 */
export function emptyAnswer(provider: string, finishReason: FinishReason): ProviderError {
  switch (finishReason) {
    case "content-filter":
      return new ProviderError(
        provider,
        "PERMISSION_DENIED",
        "its content filter stopped the answer.",
        { reason: "content-filter" },
      );
    case "length":
      return nothing(provider, "the model reached its token limit before it wrote anything.");
    case "stop":
    case "tool-calls":
    case "deadline":
      return nothing(provider, "the answer is empty.");
  }
}

function nothing(provider: string, problem: string): ProviderError {
  return new ProviderError(provider, "INTERNAL", problem, {
    reason: "malformed",
    retryable: true,
    participantText: "The AI gave no answer. Please try again.",
  });
}
