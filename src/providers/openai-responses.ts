import { type ChatOpenAIFields, ChatOpenAIResponses, type OpenAIClient } from "@langchain/openai";

type Options = OpenAIClient.RequestOptions;
type Responses = OpenAIClient.Responses.Response;
type ResponseEvents = AsyncIterable<OpenAIClient.Responses.ResponseStreamEvent>;
type StreamedRequest = OpenAIClient.Responses.ResponseCreateParamsStreaming;
type WholeRequest = OpenAIClient.Responses.ResponseCreateParamsNonStreaming;

/** LangChain's client of /responses, which otherwise loses why a response failed. */
class TellingResponses extends ChatOpenAIResponses {
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
    return untilFailed(await super.completionWithRetry(request, options));
  }
}

/** Creates LangChain's client of /responses. This file is imported late, as its SDK is. */
export function createResponses(fields: ChatOpenAIFields): ChatOpenAIResponses {
  return new TellingResponses(fields);
}

/** A response that failed within the stream, in the form of the SDK's errors. */
class FailedResponse extends Error {
  override readonly name = "FailedResponse";
  /** What the vendor says of it. */
  readonly error: unknown;

  constructor(error: unknown) {
    super("the response failed");
    this.error = error;
  }
}

async function* untilFailed(
  events: ResponseEvents,
): AsyncGenerator<OpenAIClient.Responses.ResponseStreamEvent, void> {
  for await (const event of events) {
    if (event.type === "response.failed") throw new FailedResponse(event.response.error);
    yield event;
  }
}
