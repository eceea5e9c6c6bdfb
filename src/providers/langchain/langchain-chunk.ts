import { z } from "zod";

const text = z.string().nullish().catch(undefined);
const count = z.number().nullish().catch(undefined);

const ImageURL = z.union([z.string(), z.object({ url: z.string() }).transform(({ url }) => url)]);

/** The kinds of content that are passed on; thoughts and parts of tool calls are passed over. */
const Block = z.union([
  z.object({ type: z.enum(["text", "text_delta"]), text: z.string() }).transform(({ text }) => ({
    type: "text" as const,
    text,
  })),
  z.object({ type: z.literal("image"), data: z.string() }),
  z
    .object({ type: z.literal("image_url"), image_url: ImageURL })
    .transform(({ image_url }) => ({ type: "image" as const, url: image_url })),
  z.unknown().transform((other) => ({ type: "other" as const, other })),
]);

const ToolCallPart = z.object({ name: text, args: text, id: text, index: count });
/** A tool call, or the next part of one. */
export type ToolCallPart = z.infer<typeof ToolCallPart>;

const Incomplete = z.object({ reason: text }).nullish().catch(undefined);
const Ending = {
  finish_reason: text,
  finishReason: text,
  stop_reason: text,
  stopReason: text,
  done_reason: text,
};

/** The parts that are used here of what a LangChain model streams. */
export const LangChainChunk = z.object({
  content: z.union([
    z.string().transform((text) => [{ type: "text" as const, text }]),
    z.array(Block),
    z.null().transform(() => []),
  ]),
  tool_call_chunks: z.array(ToolCallPart).optional(),
  usage_metadata: z.object({ input_tokens: count, output_tokens: count }).nullish(),
  additional_kwargs: z
    .object({
      ...Ending,
      refusal: text,
      /** URLs of images that came beside the text. */
      images: z.array(z.string()).optional().catch(undefined),
      reasoning: z.unknown().optional(),
      reasoning_content: z.unknown().optional(),
      /** Whether there was something that has no place here. */
      hasMore: z.boolean().optional().catch(undefined),
    })
    .optional(),
  response_metadata: z
    .object({
      ...Ending,
      status: text,
      incomplete_details: Incomplete,
      messageStop: z.object({ stopReason: text }).optional().catch(undefined),
      usage: z
        .object({ prompt_tokens: count, completion_tokens: count })
        .nullish()
        .catch(undefined),
    })
    .optional(),
});
export type LangChainChunk = z.infer<typeof LangChainChunk>;

/** Whether a chunk holds something of the answer that is not passed on as it comes: a thought, a part of a tool call. */
export function hasMore(chunk: LangChainChunk): boolean {
  const { content, tool_call_chunks: parts, additional_kwargs: extra } = chunk;
  const others = content.filter(({ type }) => type === "other");
  const thoughts = [extra?.reasoning, extra?.reasoning_content];
  return extra?.hasMore === true || hasSubstance([others, parts, thoughts]);
}

/** What is there also where there is nothing to say. */
const labels: ReadonlySet<string> = new Set(["type", "id", "index", "role"]);

/** Whether there are words in what a vendor sent. Servers keep connections alive with empty forms. */
export function hasSubstance(sent: unknown): boolean {
  if (typeof sent === "string") return sent !== "";
  if (typeof sent !== "object" || sent === null) return false;
  return Object.entries(sent).some(([key, part]) => !labels.has(key) && hasSubstance(part));
}

/** Whether a chunk says how many tokens were written. */
export function counts({ usage_metadata, response_metadata }: LangChainChunk): boolean {
  const count = usage_metadata?.output_tokens ?? response_metadata?.usage?.completion_tokens;
  return typeof count === "number";
}

/** The vendor's word for why the answer ended, where this chunk has one. */
export function endingOf({
  response_metadata: metadata,
  additional_kwargs: extra,
}: LangChainChunk): string | undefined {
  const word =
    metadata?.finish_reason ||
    metadata?.finishReason ||
    metadata?.stop_reason ||
    metadata?.stopReason ||
    metadata?.messageStop?.stopReason ||
    metadata?.done_reason ||
    metadata?.incomplete_details?.reason ||
    extra?.stop_reason ||
    extra?.finish_reason ||
    extra?.finishReason;
  if (word) return word;
  // OpenAI's Responses API says `in_progress` until it is done.
  return /^(completed|incomplete|failed|cancelled)$/.test(metadata?.status ?? "")
    ? (metadata?.status ?? undefined)
    : undefined;
}
