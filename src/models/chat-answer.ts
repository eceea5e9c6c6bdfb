import { z } from "zod";
import type { TaskOutput } from "../data-models/task-output.ts";
import { ProviderError } from "../errors/provider-error.ts";

const ImageURL = z.union([z.string(), z.object({ url: z.string() }).transform(({ url }) => url)]);

/** The kinds of content that a person can see; thoughts and tool calls are passed over. */
const Block = z.union([
  z.object({ type: z.literal("text"), text: z.string() }),
  z.object({ type: z.literal("image"), data: z.string() }),
  z.object({ type: z.literal("image"), url: z.string() }),
  z
    .object({ type: z.literal("image_url"), image_url: ImageURL })
    .transform(({ image_url }) => ({ type: "image" as const, url: image_url })),
  z.unknown().transform(() => ({ type: "other" as const })),
]);
type Block = z.infer<typeof Block>;

const Refusal = z.object({ refusal: z.string().nullish() });

/** The parts of LangChain's answer that are used here. */
const ChatAnswer = z.object({
  content: z.union([
    z.string().transform((text): Block[] => [{ type: "text", text }]),
    z.array(Block),
  ]),
  additional_kwargs: Refusal.extend({
    __raw_response: z.object({ choices: z.array(z.object({ message: Refusal })) }).optional(),
  }),
  response_metadata: z.object({
    finish_reason: z.string().nullish(),
    incomplete_details: z.object({ reason: z.string().nullish() }).nullish(),
  }),
});
type ChatAnswer = z.infer<typeof ChatAnswer>;

/**
 * Maps LangChain's answer to the arena's. A refusal is its text.
 * @throws ProviderError when there is nothing to show
 */
export function toTaskOutput(answer: unknown, provider: string): TaskOutput {
  const read = ChatAnswer.safeParse(answer);
  if (!read.success) {
    throw new ProviderError(provider, "INTERNAL", "its answer has a form that is not known here.");
  }
  const { content } = read.data;
  const image = content.flatMap(base64Of).at(0);
  const text = content.flatMap(textOf).join("") || refusalOf(read.data);
  if (!text && !image) throw emptyAnswer(read.data, provider);
  return image ? { text, image } : { text };
}

function textOf(block: Block): string[] {
  if (block.type === "text") return [block.text];
  // The arena takes an image as base64 only; an address is at least a link to follow.
  return "url" in block && !isDataURL(block.url) ? [`\n${block.url}`] : [];
}

function base64Of(block: Block): string[] {
  if ("data" in block) return [block.data];
  return "url" in block && isDataURL(block.url)
    ? [block.url.slice(block.url.indexOf(",") + 1)]
    : [];
}

function isDataURL(url: string): boolean {
  return /^data:/i.test(url);
}

function refusalOf({ additional_kwargs: { refusal, __raw_response } }: ChatAnswer): string {
  return refusal ?? __raw_response?.choices[0]?.message.refusal ?? "";
}

function emptyAnswer({ response_metadata }: ChatAnswer, provider: string): ProviderError {
  const { finish_reason, incomplete_details } = response_metadata;
  const reason = incomplete_details?.reason ?? finish_reason;
  if (reason === "content_filter") {
    return new ProviderError(
      provider,
      "PERMISSION_DENIED",
      "its content filter stopped the answer.",
    );
  }
  const why = /^(length|max_output_tokens)$/.test(reason ?? "")
    ? "the model reached its token limit before it wrote anything."
    : "the answer is empty.";
  return new ProviderError(provider, "INTERNAL", why, {
    retryable: true,
    participantText: "The AI gave no answer. Please try again.",
  });
}
