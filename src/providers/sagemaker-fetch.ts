import type { ResponseStream } from "@aws-sdk/client-sagemaker-runtime";
import { boundedBody, oversizedAnswer } from "./bounded-body.ts";
import type { SageMakerTarget } from "./sagemaker-chat.ts";

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
