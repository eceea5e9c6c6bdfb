import { type ChatOpenAIFields, ChatOpenAIResponses, type OpenAIClient } from "@langchain/openai";
import { FailedResponse } from "./streaming-fetch.ts";

type Options = OpenAIClient.RequestOptions;
type Responses = OpenAIClient.Responses.Response;
type ResponseEvents = AsyncIterable<OpenAIClient.Responses.ResponseStreamEvent>;
type StreamedRequest = OpenAIClient.Responses.ResponseCreateParamsStreaming;
type WholeRequest = OpenAIClient.Responses.ResponseCreateParamsNonStreaming;

/**
 * LangChain's client of /responses, which otherwise loses why a response failed,
 * and that it works on one.
 */
class TellingResponses extends ChatOpenAIResponses {
  readonly #onProgress: () => void;

  constructor(fields: ChatOpenAIFields, onProgress: () => void) {
    super(fields);
    this.#onProgress = onProgress;
  }

  override completionWithRetry(
    request: StreamedRequest,
    options?: Options,
  ): Promise<ResponseEvents>;
  override completionWithRetry(request: WholeRequest, options?: Options): Promise<Responses>;
  override async completionWithRetry(
    request: StreamedRequest | WholeRequest,
    options?: Options,
  ): Promise<ResponseEvents | Responses> {
    if (!request.stream) return super.completionWithRetry(request, options);
    return untilFailed(await super.completionWithRetry(request, options), this.#onProgress);
  }
}

/**
 * Creates LangChain's client of /responses. This file is imported late, as its SDK is.
 * @param onProgress called for what a model writes that is no part of the answer's text
 */
export function createResponses(
  fields: ChatOpenAIFields,
  onProgress: () => void = () => {},
): ChatOpenAIResponses {
  return new TellingResponses(fields, onProgress);
}

async function* untilFailed(
  events: ResponseEvents,
  onProgress: () => void,
): AsyncGenerator<OpenAIClient.Responses.ResponseStreamEvent, void> {
  for await (const event of events) {
    if (event.type === "response.failed") throw new FailedResponse(event.response.error);
    // Of most of these LangChain makes no chunk.
    if (event.type !== "response.output_text.delta" && "delta" in event && event.delta)
      onProgress();
    yield event;
  }
}
