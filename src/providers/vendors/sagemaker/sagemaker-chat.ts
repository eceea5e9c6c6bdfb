import type { ResponseStream, SageMakerRuntimeClient } from "@aws-sdk/client-sagemaker-runtime";
import { ProviderError } from "../../../errors/model-errors.ts";
import type { StreamingModel } from "../../langchain/langchain-vendor.ts";
import { boundedBody, oversizedAnswer } from "../../transport/bounded-body.ts";
import type { SageMakerPayload } from "./sagemaker-payload.ts";

/** Which endpoint is asked, and by whom. */
export interface SageMakerTarget {
  /** The provider's name, as people know it. */
  readonly provider: string;
  readonly client: SageMakerRuntimeClient;
  /** The endpoint's name. */
  readonly endpoint: string;
}

/** A model for endpoints that LangChain does not know. Their answers come whole. */
export function createSageMakerChat(
  target: SageMakerTarget,
  payload: SageMakerPayload,
): StreamingModel {
  // The payload holds the messages already, in the endpoint's own form.
  return { stream: async (_messages, { signal }) => invoke(target, payload, signal) };
}

async function* invoke(
  { provider, client, endpoint }: SageMakerTarget,
  { body, customAttributes, Answer }: SageMakerPayload,
  signal: AbortSignal,
): AsyncGenerator<unknown> {
  const { InvokeEndpointCommand } = await import("@aws-sdk/client-sagemaker-runtime");
  const command = new InvokeEndpointCommand({
    EndpointName: endpoint,
    ContentType: "application/json",
    Accept: "application/json",
    Body: JSON.stringify(body),
    ...(customAttributes !== undefined && { CustomAttributes: customAttributes }),
  });
  const { Body } = await client.send(command, { abortSignal: signal });
  const read = Answer.safeParse(parsed(Body?.transformToString() ?? ""));
  if (!read.success) {
    const problem = `the endpoint ${JSON.stringify(endpoint)} answers in another form. Check its format in accessInfo.endpoints.`;
    throw new ProviderError(provider, "FAILED_PRECONDITION", problem, { reason: "malformed" });
  }
  const { text, ending, outputTokens } = read.data;
  yield {
    content: text,
    response_metadata: { finish_reason: ending },
    usage_metadata: { output_tokens: outputTokens },
  };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/**
 * Creates a `fetch` whose requests go to a SageMaker endpoint, whatever their
 * address, so that the classes for the OpenAI API reach what speaks it there.
 */
export function createSageMakerFetch({
  provider,
  client,
  endpoint,
}: SageMakerTarget): typeof fetch {
  return async (_input, init) => {
    const { InvokeEndpointWithResponseStreamCommand } = await import(
      "@aws-sdk/client-sagemaker-runtime"
    );
    const command = new InvokeEndpointWithResponseStreamCommand({
      EndpointName: endpoint,
      ContentType: "application/json",
      Body: new Uint8Array(await new Response(init?.body ?? "").arrayBuffer()),
    });
    const signal = init?.signal ?? undefined;
    const { Body } = await client.send(command, { ...(signal && { abortSignal: signal }) });
    const headers = { "content-type": "text/event-stream" };
    const body = boundedBody(ReadableStream.from(bytesOf(Body ?? none())), {
      isStream: true,
      onTooLarge: () => oversizedAnswer(provider),
    });
    return new Response(body, { headers });
  };
}

async function* bytesOf(events: AsyncIterable<ResponseStream>): AsyncGenerator<Uint8Array> {
  for await (const { PayloadPart } of events) {
    if (PayloadPart?.Bytes) yield PayloadPart.Bytes;
  }
}

async function* none(): AsyncGenerator<never> {}
