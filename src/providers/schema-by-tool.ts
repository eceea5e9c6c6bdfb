import type { ChatEvent, ChatRequest } from "../data-models/chat.ts";
import type { Provider } from "./provider.ts";
import { refusedRequest } from "./refused-request.ts";

/**
 * Holds models to a JSON schema that know tools, but no schemas: the schema
 * becomes a tool that must be called, and the call's arguments the answer.
 * @param needsTool the models that know no schemas themselves
 */
export function withSchemaByTool(
  provider: Provider,
  needsTool: (model: string) => boolean,
): Provider {
  return {
    name: provider.name,
    embed: provider.embed,
    listModels: provider.listModels,
    capabilities: (model) => {
      const able = provider.capabilities(model);
      return needsTool(model) ? { ...able, jsonSchema: able.tools } : able;
    },
    stream: (model, request, context) => {
      const isDetour = request.responseFormat?.type === "json-schema" && needsTool(model);
      if (!isDetour || !provider.capabilities(model).tools) {
        return provider.stream(model, request, context);
      }
      return asText(provider.stream(model, byTool(request, provider.name), context));
    },
  };
}

function byTool(request: ChatRequest, provider: string): ChatRequest {
  const { responseFormat: format, ...rest } = request;
  if (format?.type !== "json-schema") return request;
  if (request.tools && request.tools.length > 0) {
    const problem = "this model takes tools or a JSON schema, not both. Leave one of them out.";
    throw refusedRequest(provider, problem);
  }
  const { name, schema } = format;
  const description = "Gives the answer.";
  return {
    ...rest,
    tools: [{ name, description, parameters: schema }],
    toolChoice: { name },
  };
}

/** What the model says beside the call is no part of the answer. */
async function* asText(events: AsyncIterable<ChatEvent>): AsyncGenerator<ChatEvent, void> {
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
        break;
    }
  }
}
