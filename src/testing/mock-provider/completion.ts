import { randomUUID } from "node:crypto";
import { z } from "zod";

const Content = z.union([
  z.string(),
  z.array(z.looseObject({ type: z.string(), text: z.string().optional() })),
  z.null(),
]);

/** The part of a chat completion's body that the mock looks at. */
export const ChatBody = z.looseObject({
  model: z.string(),
  stream: z.boolean().nullish(),
  messages: z.array(z.looseObject({ role: z.string(), content: Content.optional() })).min(1),
});
export type ChatBody = z.infer<typeof ChatBody>;

/** Tokens that every answer of the mock is billed with. */
const mockUsage = { prompt_tokens: 20, completion_tokens: 60, total_tokens: 80 };

/** A body of /chat/completions. */
export function completion({ model }: ChatBody, words: readonly string[]): object {
  const message = { role: "assistant", content: words.join(""), refusal: null };
  return {
    ...head(model),
    object: "chat.completion",
    choices: [{ index: 0, message, logprobs: null, finish_reason: "stop" }],
    usage: mockUsage,
  };
}

/** One piece of a streamed answer. */
export function completionChunk(
  { model }: ChatBody,
  delta: { readonly content?: string },
  finishReason: string | null,
): object {
  return {
    ...head(model),
    object: "chat.completion.chunk",
    choices: [
      {
        index: 0,
        delta: { role: "assistant", ...delta },
        logprobs: null,
        finish_reason: finishReason,
      },
    ],
    usage: null,
  };
}

/** The last piece of a streamed answer, with its tokens. */
export function usageChunk({ model }: ChatBody): object {
  return { ...head(model), object: "chat.completion.chunk", choices: [], usage: mockUsage };
}

/** The same texts have the same vectors. */
export function embeddings(model: string, texts: readonly string[]): object {
  const data = texts.map((text, index) => ({
    object: "embedding",
    index,
    embedding: Array.from({ length: 8 }, (_, place) => Math.sin(text.length + place)),
  }));
  const tokens = texts.reduce((sum, text) => sum + Math.ceil(text.length / 4), 0);
  return { object: "list", model, data, usage: { prompt_tokens: tokens, total_tokens: tokens } };
}

/** A body of /models. */
export function modelList(names: readonly string[]): object {
  const data = names.map((id) => ({ id, object: "model", created: 0, owned_by: "mock" }));
  return { object: "list", data };
}

function head(model: string) {
  return { id: `chatcmpl-${randomUUID()}`, created: Math.floor(Date.now() / 1000), model };
}
