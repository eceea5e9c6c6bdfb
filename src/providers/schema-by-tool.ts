import type { ChatEvent, ChatRequest } from "../data-models/chat.ts";
import { refusedRequest } from "./errors/refused-request.ts";
import type { Provider, ProviderContext } from "./provider.ts";

/**
 * Holds models to a JSON schema that know tools, but no schemas: the schema
 * becomes a tool that must be called, and the call's arguments the answer.
 * @param needsTool the models that know no schemas themselves
 */
export function withSchemaByTool(
  provider: Provider,
  needsTool: (model: string) => boolean,
): Provider {
  const isDetour = (model: string, { responseFormat }: ChatRequest) =>
    responseFormat?.type === "json-schema" &&
    needsTool(model) &&
    provider.capabilities(model).tools;
  const { comesInParts } = provider;
  return {
    ...provider,
    ...(comesInParts && {
      comesInParts: (model, request) =>
        comesInParts(model, isDetour(model, request) ? withTool(request) : request),
    }),
    capabilities: (model) => {
      const able = provider.capabilities(model);
      return needsTool(model) ? { ...able, jsonSchema: able.tools } : able;
    },
    stream: (model, request, context) => {
      if (!isDetour(model, request)) return provider.stream(model, request, context);
      if (request.tools && request.tools.length > 0) {
        const problem = "this model takes tools or a JSON schema, not both. Leave one of them out.";
        throw refusedRequest(provider.name, problem);
      }
      return asText(provider.stream(model, withTool(request), context), context);
    },
  };
}

function withTool({ responseFormat: format, ...request }: ChatRequest): ChatRequest {
  if (format?.type !== "json-schema") return request;
  const { name, schema } = format;
  const description = "Gives the answer.";
  return {
    ...request,
    tools: [{ name, description, parameters: schema }],
    toolChoice: { name },
  };
}

/** What the model says beside the call is no part of the answer. */
async function* asText(
  events: AsyncIterable<ChatEvent>,
  { onProgress }: ProviderContext,
): AsyncGenerator<ChatEvent, void> {
  let isAnswered = false;
  for await (const event of events) {
    switch (event.type) {
      case "tool-call":
        if (!isAnswered) yield { type: "text", text: event.call.arguments };
        isAnswered = true;
        break;
      case "finish":
        yield event.reason === "tool-calls" ? { ...event, reason: "stop" } : event;
        break;
      case "text":
      case "image":
        onProgress?.();
        break;
    }
  }
}
