import { z } from "zod";
import type { ChatMessage, ChatRequest } from "../../../data-models/chat.ts";
import { toTurns } from "../../alternating-turns.ts";
import { toPrompt, toTurn } from "./chat-template.ts";

/** What an endpoint is sent, and how its answer is read. */
export interface SageMakerPayload {
  readonly body: object;
  readonly customAttributes?: string;
  readonly Answer: z.ZodType<SageMakerAnswer>;
}

/** An answer that came whole. */
export interface SageMakerAnswer {
  readonly text: string;
  /** The server's word for why it ended. */
  readonly ending: string;
  readonly outputTokens: number | null;
}

/** Servers that complete text stop after some twenty words when they are told nothing. */
const defaultMaxTokens = 512;

const TgiCompletion = z.object({
  generated_text: z.string(),
  details: z
    .object({ finish_reason: z.string(), generated_tokens: z.number() })
    .nullish()
    .catch(null),
});

const TgiAnswer = z
  .union([TgiCompletion, z.tuple([TgiCompletion], z.unknown()).transform(([first]) => first)])
  .transform(({ generated_text, details }) => ({
    text: generated_text,
    ending: details?.finish_reason ?? "stop",
    outputTokens: details?.generated_tokens ?? null,
  }));

/** What Hugging Face's Text Generation Inference takes: one text, in the model's own template. */
export function toTgiPayload(model: string, request: ChatRequest): SageMakerPayload {
  const { text, stop: ends } = toPrompt(model, request.messages);
  const stop = [...ends, ...(request.stop ?? [])];
  const { maxTokens = defaultMaxTokens, temperature, topP, seed } = request;
  // It refuses a temperature of 0, and knows certainty by this name.
  const sampling = temperature !== undefined && temperature > 0 ? { temperature } : {};
  const parameters = {
    max_new_tokens: maxTokens,
    return_full_text: false,
    details: true,
    do_sample: temperature !== 0,
    ...sampling,
    // It refuses a share of 1, which means all, and samples by any other, certainty or not.
    ...(topP !== undefined && topP < 1 && temperature !== 0 && { top_p: topP }),
    ...(seed !== undefined && { seed }),
    stop,
  };
  const Answer = TgiAnswer.transform((answer) => ({
    ...answer,
    text: withoutEnd(answer.text, stop),
  }));
  return { body: { inputs: text, parameters }, Answer };
}

/** It leaves what stopped it at the end of the text. */
function withoutEnd(text: string, stop: readonly string[]): string {
  const end = stop.filter((word) => text.endsWith(word)).toSorted((a, b) => b.length - a.length)[0];
  return end ? text.slice(0, -end.length) : text;
}

const JumpStartCompletion = z.object({ generation: z.object({ content: z.string() }) });

const JumpStartAnswer = z
  .tuple([JumpStartCompletion], z.unknown())
  .transform(([{ generation }]) => ({
    text: generation.content,
    ending: "stop",
    outputTokens: null,
  }));

/** A message with nothing but words in it. */
function spoken(message: ChatMessage) {
  const { role, text } = toTurn(message);
  return { role, content: text };
}

/**
 * What the chat models of JumpStart take, which insist on turns. Sending it
 * accepts the model's licence.
 */
export function toJumpStartPayload({ messages, ...request }: ChatRequest): SageMakerPayload {
  const { maxTokens = defaultMaxTokens, temperature, topP } = request;
  const turns = toTurns(messages.map(spoken)).map(spoken);
  const parameters = {
    max_new_tokens: maxTokens,
    ...(temperature !== undefined && { temperature }),
    ...(topP !== undefined && { top_p: topP }),
  };
  return {
    body: { inputs: [turns], parameters },
    customAttributes: "accept_eula=true",
    Answer: JumpStartAnswer,
  };
}
