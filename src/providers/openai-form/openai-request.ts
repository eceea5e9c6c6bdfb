import type { ChatRequest, ChatTool, ResponseFormat } from "../../data-models/chat.ts";
import { isStrictSchema } from "./strict-schema.ts";

/** A tool in the form that LangChain's classes and OpenAI-like servers know. */
export function toOpenAITool({ name, description, parameters }: ChatTool) {
  return {
    type: "function" as const,
    function: { name, ...(description !== undefined && { description }), parameters },
  };
}

/** The choice of a tool in OpenAI's words. */
export function toOpenAIToolChoice(choice: NonNullable<ChatRequest["toolChoice"]>) {
  if (typeof choice === "string") return choice;
  return { type: "function" as const, function: { name: choice.name } };
}

/** The form of an answer in OpenAI's words. */
export function toOpenAIResponseFormat(format: ResponseFormat) {
  switch (format.type) {
    case "text":
      return { type: "text" as const };
    case "json":
      return { type: "json_object" as const };
    case "json-schema": {
      const { name, schema } = format;
      // With `strict` the answer is bound to fit, but OpenAI refuses schemas with optional fields.
      const strict = isStrictSchema(schema);
      return { type: "json_schema" as const, json_schema: { name, schema: { ...schema }, strict } };
    }
  }
}

/** What LangChain's OpenAI classes take with each call, beside the messages. */
export function toOpenAICallOptions(request: ChatRequest) {
  const { tools = [], toolChoice, responseFormat, stop, seed } = request;
  return {
    ...(tools.length > 0 && { tools: tools.map(toOpenAITool) }),
    ...(tools.length > 0 &&
      toolChoice !== undefined && { tool_choice: toOpenAIToolChoice(toolChoice) }),
    ...(responseFormat && { response_format: toOpenAIResponseFormat(responseFormat) }),
    ...(stop && { stop: [...stop] }),
    ...(seed !== undefined && { seed }),
  };
}
