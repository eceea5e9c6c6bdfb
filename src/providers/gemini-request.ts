import type { ChatRequest } from "../data-models/chat.ts";
import type { GeminiExtras } from "./gemini-client.ts";

/**
 * Puts a request but its messages in Gemini's words. Schemas go as they are:
 * LangChain would leave out of them what an older form of the API did not know.
 */
export function toGeminiExtras(request: ChatRequest): GeminiExtras {
  const { maxTokens, temperature, topP, stop, seed, tools = [], toolChoice = "auto" } = request;
  return {
    generationConfig: {
      ...(maxTokens !== undefined && { maxOutputTokens: maxTokens }),
      ...(temperature !== undefined && { temperature }),
      ...(topP !== undefined && { topP }),
      ...(stop && { stopSequences: stop }),
      ...(seed !== undefined && { seed }),
      ...formOf(request),
      ...(request.imageOutput && { responseModalities: ["TEXT", "IMAGE"] }),
    },
    ...(tools.length > 0 && {
      tools: [
        {
          functionDeclarations: tools.map(({ name, description, parameters }) => ({
            name,
            ...(description !== undefined && { description }),
            parametersJsonSchema: parameters,
          })),
        },
      ],
      toolConfig: { functionCallingConfig: choiceOf(toolChoice) },
    }),
  };
}

function formOf({ responseFormat }: ChatRequest): object {
  switch (responseFormat?.type) {
    case "json":
      return { responseMimeType: "application/json" };
    case "json-schema":
      return {
        responseMimeType: "application/json",
        responseJsonSchema: responseFormat.schema,
      };
    default:
      return {};
  }
}

function choiceOf(choice: NonNullable<ChatRequest["toolChoice"]>): object {
  if (typeof choice === "object") return { mode: "ANY", allowedFunctionNames: [choice.name] };
  const modes = { auto: "AUTO", none: "NONE", required: "ANY" };
  return { mode: modes[choice] };
}
