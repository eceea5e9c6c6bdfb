import type { BedrockRuntimeClient } from "@aws-sdk/client-bedrock-runtime";
import type { AIMessage } from "@langchain/core/messages";
import type { ChatRequest } from "../../../data-models/chat.ts";
import { refusedRequest } from "../../errors/refused-request.ts";
import { refuseForeignImages } from "../../image-urls.ts";
import type { StreamingModel } from "../../langchain/langchain-vendor.ts";
import { toOpenAITool } from "../../openai-form/openai-chat.ts";
import { importPackage } from "../../transport/import-package.ts";
import { type BedrockModel, bedrockModelOf } from "./bedrock-models.ts";
import { withJoinedTurns } from "./bedrock-turns.ts";

/** Which model is asked, and by whom. */
export interface BedrockTarget {
  /** The provider's name, as people know it. */
  readonly provider: string;
  readonly client: BedrockRuntimeClient;
  readonly region: string;
  readonly model: string;
}

/** Imports LangChain's class. @throws ProviderError that says what is not installed */
export function loadBedrockChat(provider: string) {
  return importPackage(provider, "@langchain/aws", () => import("@langchain/aws"));
}

/** Whether the answer comes in parts; some models call tools in whole answers only. */
export function isStreamed(model: string, { tools = [] }: ChatRequest): boolean {
  return tools.length === 0 || bedrockModelOf(model).streamsTools;
}

/** Sets LangChain up for one call of Bedrock's Converse API. */
export async function createBedrockChat(
  { provider, client, region, model }: BedrockTarget,
  request: ChatRequest,
): Promise<StreamingModel> {
  const facts = bedrockModelOf(model);
  const { tools = [], maxTokens, temperature, topP, stop } = request;
  if (facts.sampling === "either" && temperature !== undefined && topP !== undefined) {
    const problem = "this model takes temperature or topP, not both. Leave one out.";
    throw refusedRequest(provider, problem);
  }
  refuseForeignImages(provider, request, ["png", "jpeg", "gif", "webp"]);
  const choice = toBedrockChoice(provider, facts, request);
  const { ChatBedrockConverse } = await loadBedrockChat(provider);
  const chat = new ChatBedrockConverse({
    model,
    client: withJoinedTurns(client),
    region,
    // The client has its own; LangChain would look for some.
    credentials: { accessKeyId: "none", secretAccessKey: "none" },
    maxRetries: 0,
    outputVersion: "v0",
    // The router's limits decide.
    streamIdleTimeout: 0,
    supportsToolChoiceValues: [...facts.choices],
    ...(maxTokens !== undefined && { maxTokens }),
    ...(temperature !== undefined && { temperature }),
    ...(topP !== undefined && { topP }),
  }).withConfig({
    ...(stop && { stop: [...stop] }),
    ...(tools.length > 0 && { tools: tools.map(toOpenAITool) }),
    ...(choice && { tool_choice: choice }),
  });
  if (isStreamed(model, request)) return chat;
  return {
    stream: async (messages, options) => chunkOf(chat.invoke(messages, options)),
  };
}

/** The choice in Converse's words; undefined leaves it to the model, which is what `auto` means. */
function toBedrockChoice(
  provider: string,
  { choices }: BedrockModel,
  { tools = [], toolChoice = "auto" }: ChatRequest,
) {
  if (tools.length === 0 || toolChoice === "auto") return undefined;
  if (toolChoice === "none") {
    throw refusedRequest(provider, "it cannot forbid tools that are there. Leave tools out.");
  }
  if (typeof toolChoice === "object" && choices.includes("tool")) {
    return { tool: { name: toolChoice.name } };
  }
  const isOnlyOne = toolChoice === "required" || tools.length === 1;
  if (choices.includes("any") && isOnlyOne) return { any: {} };
  const problem =
    "this model decides itself whether and which tool it calls. Leave toolChoice out.";
  throw refusedRequest(provider, problem);
}

/** An answer that comes whole, in the form of one that is streamed. */
async function* chunkOf(answer: Promise<AIMessage>) {
  const { content, tool_calls = [], usage_metadata, response_metadata } = await answer;
  yield {
    content,
    usage_metadata,
    response_metadata,
    tool_call_chunks: tool_calls.map(({ id, name, args }, index) => ({
      id,
      name,
      args: JSON.stringify(args),
      index,
    })),
  };
}
