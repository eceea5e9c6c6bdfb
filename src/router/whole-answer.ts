import type { ChatEvent, ChatToolCall, FinishReason, TokenUsage } from "../data-models/chat.ts";

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
