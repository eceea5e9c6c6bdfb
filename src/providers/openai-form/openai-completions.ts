import { ChatOpenAICompletions, type ChatOpenAIFields, type OpenAIClient } from "@langchain/openai";
import { z } from "zod";
import { hasSubstance } from "../langchain/langchain-chunk.ts";

type Options = OpenAIClient.RequestOptions;
type Completion = OpenAIClient.Chat.ChatCompletion;
type CompletionChunk = OpenAIClient.Chat.ChatCompletionChunk;
type StreamedRequest = OpenAIClient.Chat.ChatCompletionCreateParamsStreaming;
type WholeRequest = OpenAIClient.Chat.ChatCompletionCreateParamsNonStreaming;

const ImageURL = z.union([z.string(), z.object({ url: z.string() }).transform(({ url }) => url)]);
const Parts = z.array(
  z.looseObject({
    text: z.string().optional().catch(undefined),
    image_url: ImageURL.optional().catch(undefined),
  }),
);
type Parts = z.infer<typeof Parts>;
const Delta = z.looseObject({
  content: z
    .union([z.string().transform((text): Parts => [{ text }]), Parts])
    .nullish()
    .catch(undefined),
  /** Where gateways put what a model has drawn. */
  images: Parts.nullish().catch(undefined),
  refusal: z.string().nullish().catch(undefined),
});

/**
 * LangChain's client of /chat/completions, which otherwise loses refusals,
 * images, text that comes in parts, thoughts, tool calls of servers that name no
 * role, and the count of tokens until a stream has ended well.
 */
class TolerantCompletions extends ChatOpenAICompletions {
  readonly #sentModel: string;
  readonly #onServed: (model: string) => void;

  constructor(fields: ChatOpenAIFields, sentModel: string, onServed: (model: string) => void) {
    super(fields);
    this.#sentModel = sentModel;
    this.#onServed = onServed;
  }

  override invocationParams(...settings: Parameters<ChatOpenAICompletions["invocationParams"]>) {
    return { ...super.invocationParams(...settings), model: this.#sentModel };
  }

  override completionWithRetry(
    request: StreamedRequest,
    options?: Options,
  ): Promise<AsyncIterable<CompletionChunk>>;
  override completionWithRetry(request: WholeRequest, options?: Options): Promise<Completion>;
  override async completionWithRetry(
    request: StreamedRequest | WholeRequest,
    options?: Options,
  ): Promise<AsyncIterable<CompletionChunk> | Completion> {
    if (!request.stream) return super.completionWithRetry(request, options);
    return withoutGaps(await super.completionWithRetry(request, options));
  }

  protected override _convertCompletionsDeltaToBaseMessageChunk(
    ...[delta, response]: Parameters<
      ChatOpenAICompletions["_convertCompletionsDeltaToBaseMessageChunk"]
    >
  ) {
    // Not all servers name themselves.
    if (typeof response.model === "string") this.#onServed(response.model);
    const { content, images, refusal, ...rest } = Delta.parse(delta);
    const parts = [...(content ?? []), ...(images ?? [])];
    const text = parts.map((part) => part.text ?? "").join("") || (refusal ?? "");
    const chunk = super._convertCompletionsDeltaToBaseMessageChunk(
      { ...rest, role: "assistant", content: text },
      response,
      "assistant",
    );
    const urls = parts.flatMap((part) => part.image_url ?? []);
    // LangChain refuses content of a stream that is not text alone.
    if (urls.length > 0) chunk.additional_kwargs["images"] = urls;
    const thoughts = parts.filter((part) => part.text === undefined && !part.image_url);
    if (hasSubstance([rest, thoughts])) chunk.additional_kwargs["hasMore"] = true;
    return chunk;
  }
}

/** LangChain would pass over a count that comes alone, and over an end without a word. */
async function* withoutGaps(
  chunks: AsyncIterable<CompletionChunk>,
): AsyncGenerator<CompletionChunk, void> {
  for await (const chunk of chunks) {
    const isCount = chunk.usage && !chunk.choices?.length;
    const choices = isCount ? [{ index: 0, delta: {}, finish_reason: null }] : chunk.choices;
    yield {
      ...chunk,
      choices: choices?.map((choice) => ({ ...choice, delta: choice.delta ?? {} })),
    };
  }
}

/**
 * Creates a client of /chat/completions that loses nothing. This file is
 * imported late, as its SDK is.
 * @param sentModel the name in the body; how it is asked, `fields.model` decides
 * @param onServed called with the name in each chunk of the answer
 */
export function createTolerantCompletions(
  fields: ChatOpenAIFields,
  sentModel: string,
  onServed: (model: string) => void = () => {},
): ChatOpenAICompletions {
  return new TolerantCompletions(fields, sentModel, onServed);
}
