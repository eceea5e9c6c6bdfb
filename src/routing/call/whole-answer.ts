import type { ChatEvent, ChatToolCall, FinishReason, TokenUsage } from "../../data-models/chat.ts";
import { ProviderError } from "../../errors/model-errors.ts";
import { isContent } from "./attempt.ts";

/** What is kept of a request's time for a partial answer to get out, and the most of it. */
const part = 1 / 20;
const maxMs = 1000;

/** When an answer that is still being written is taken as it is, so that it gets out before the deadline. */
export function partialAnswerAt(now: number, deadline: number): number {
  return deadline - Math.min(maxMs, (deadline - now) * part);
}

/** What came of an answer until then, as an answer; null where there is nothing to read. */
export function partialAnswer(held: readonly ChatEvent[]): readonly ChatEvent[] | null {
  if (!held.some((event) => event.type === "text" && event.text.trim() !== "")) return null;
  // Who was not let finish tells no tokens.
  const usage = { inputTokens: null, outputTokens: null };
  return [...held, { type: "finish", reason: "deadline", usage }];
}

/** An answer that is complete. */
export interface WholeAnswer {
  readonly text: string;
  /** Base64. */
  readonly images: readonly string[];
  readonly toolCalls: readonly ChatToolCall[];
  readonly finishReason: FinishReason;
  readonly usage: TokenUsage;
}

/** Puts the events of one answer together. @throws TypeError when the last one is not `finish` */
export function toWholeAnswer(events: readonly ChatEvent[]): WholeAnswer {
  const texts: string[] = [];
  const images: string[] = [];
  const toolCalls: ChatToolCall[] = [];
  for (const event of events) {
    switch (event.type) {
      case "text":
        texts.push(event.text);
        break;
      case "image":
        images.push(event.base64);
        break;
      case "tool-call":
        toolCalls.push(event.call);
        break;
      case "finish": {
        const { reason, usage } = event;
        return { text: texts.join(""), images, toolCalls, finishReason: reason, usage };
      }
    }
  }
  throw new TypeError("an answer without its finish is not whole");
}

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
