import type { ChatEvent } from "../data-models/chat.ts";

/** What is kept of a request's time for a partial answer to get out, and the most of it. */
const part = 1 / 20;
const mostMs = 1000;

/** When an answer that is still being written is taken as it is, so that it gets out before the deadline. */
export function partialAnswerAt(now: number, deadline: number): number {
  return deadline - Math.min(mostMs, (deadline - now) * part);
}

/** What came of an answer until then, as an answer; null where there is nothing to read. */
export function partialAnswer(held: readonly ChatEvent[]): readonly ChatEvent[] | null {
  if (!held.some((event) => event.type === "text" && event.text.trim() !== "")) return null;
  // Who was not let finish tells no tokens.
  const usage = { inputTokens: null, outputTokens: null };
  return [...held, { type: "finish", reason: "deadline", usage }];
}
