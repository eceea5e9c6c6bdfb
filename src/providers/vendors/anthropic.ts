import type { AIMessageChunk } from "@langchain/core/messages";
import { z } from "zod";
import type { ChatRequest, ChatTool } from "../../data-models/chat.ts";
import { withAlternatingTurns } from "../alternating-turns.ts";
import { refusedRequest } from "../errors/refused-request.ts";
import type { VendorVerdict } from "../errors/to-provider-error.ts";
import type { VendorError } from "../errors/vendor-error.ts";
import { verdicts } from "../errors/verdicts.ts";
import { createLangChainProvider } from "../langchain/langchain-provider.ts";
import type { JudgedCall, StreamingModel } from "../langchain/langchain-vendor.ts";
import { mapStream } from "../langchain/map-stream.ts";
import type { Capabilities, Provider } from "../provider.ts";
import type { ProviderAccess } from "../provider-access.ts";
import { withSchemaByTool } from "../schema-by-tool.ts";
import { importPackage } from "../transport/import-package.ts";
import { askForJSON } from "../transport/vendor-json.ts";
import { neverMs, noKey, type VendorCall } from "../vendor-call.ts";
import { type ClaudeModel, claudeModelOf } from "./claude-models.ts";

const name = "Anthropic";

/** Creates the provider of the Claude models at Anthropic itself. */
export function createAnthropic({ profile, keys, settings }: ProviderAccess): Provider {
  const baseURL = profile.accessInfo.baseUrl ?? "https://api.anthropic.com";
  const provider = createLangChainProvider({
    name,
    baseURL,
    settings,
    keys,
    keyHeader: { name: "x-api-key" },
    capabilities,
    judge,
    load: loadPackage,
    createChatModel: (model, request, call) => createChatModel(baseURL, model, request, call),
    listModels: (call) => listModels(baseURL, call),
  });
  return withAlternatingTurns(withSchemaByTool(provider, (model) => !claudeModelOf(model).schemas));
}

function capabilities(model: string): Capabilities {
  const { contextTokens, modern, sampling, schemas } = claudeModelOf(model);
  const samplers = sampling === "none" ? [] : (["temperature", "topP"] as const);
  return {
    images: modern,
    tools: modern,
    // Anthropic has no JSON without a schema.
    json: false,
    jsonSchema: schemas,
    parameters: new Set(["maxTokens", "stop", ...samplers]),
    contextTokens,
    embeddings: false,
    imageOutput: false,
  };
}

function loadPackage() {
  return importPackage(name, "@langchain/anthropic", () => import("@langchain/anthropic"));
}

async function createChatModel(
  baseURL: string,
  model: string,
  request: ChatRequest,
  call: VendorCall,
): Promise<StreamingModel> {
  const claude = claudeModelOf(model);
  refuseWhatDoesNotFit(claude, request);
  const { ChatAnthropic } = await loadPackage();
  const chat = new ChatAnthropic({
    model,
    apiKey: noKey,
    anthropicApiUrl: baseURL,
    // Anthropic insists on a limit; without one of the request's it is the model's own.
    maxTokens: request.maxTokens ?? claude.maxOutputTokens,
    ...(request.temperature !== undefined && { temperature: request.temperature }),
    ...(request.topP !== undefined && { topP: request.topP }),
    maxRetries: 0,
    outputVersion: "v0",
    clientOptions: {
      fetch: call.fetch,
      timeout: neverMs,
      maxRetries: 0,
      logLevel: "off",
      // What is left open here is read from variables that our settings do not name.
      authToken: null,
    },
  });
  const { tools = [], toolChoice, stop, responseFormat } = request;
  return mapStream(
    chat.withConfig({
      ...(stop && { stop: [...stop] }),
      ...(tools.length > 0 && { tools: tools.map(toAnthropicTool) }),
      ...(tools.length > 0 && toolChoice && { tool_choice: toAnthropicChoice(toolChoice) }),
      ...(responseFormat?.type === "json-schema" && {
        outputConfig: { format: { type: "json_schema", schema: { ...responseFormat.schema } } },
      }),
    }),
    withoutEarlyCount,
  );
}

function refuseWhatDoesNotFit({ sampling }: ClaudeModel, request: ChatRequest): void {
  const { temperature, topP, tools = [] } = request;
  if (sampling === "either" && temperature !== undefined && topP !== undefined) {
    throw refusedRequest(name, "this model takes temperature or topP, not both. Leave one out.");
  }
  // LangChain would leave such a tool out without a word.
  const tool = tools.find(({ parameters }) =>
    ["oneOf", "anyOf", "allOf"].some((key) => key in parameters),
  );
  if (tool) {
    const problem = `the parameters of the tool ${JSON.stringify(tool.name)} must not begin with oneOf, anyOf or allOf. Make them one object.`;
    throw refusedRequest(name, problem);
  }
}

function toAnthropicTool({ name, description, parameters }: ChatTool) {
  const schema = { ...parameters, type: "object" as const };
  return { name, ...(description !== undefined && { description }), input_schema: schema };
}

function toAnthropicChoice(choice: NonNullable<ChatRequest["toolChoice"]>) {
  if (typeof choice === "object") return { type: "tool" as const, name: choice.name };
  return choice === "required" ? "any" : choice;
}

/** Anthropic counts what it has written so far in the first event, and all of it in the last. */
function withoutEarlyCount(chunk: AIMessageChunk): unknown {
  const { usage_metadata: usage, additional_kwargs: extra } = chunk;
  const isFirst = "role" in extra && usage !== undefined;
  return isFirst
    ? { ...chunk, usage_metadata: Object.assign({}, usage, { output_tokens: 0 }) }
    : chunk;
}

/** Anthropic has one code for all that is wrong with a request. */
function judge(
  { status, sentence }: VendorError,
  { asked }: JudgedCall,
): VendorVerdict | undefined {
  if (status !== 400 || asked !== "answer") return undefined;
  if (/exceed context limit/.test(sentence)) {
    return verdicts.contextLength(
      "question and answer are longer than the model can take. Send less, or set a lower maxTokens.",
    );
  }
  if (/credit balance/.test(sentence)) {
    return verdicts.noCredit(" Add credit, or set another account's key.");
  }
  return undefined;
}

const ModelPage = z.object({
  data: z.array(z.object({ id: z.string() })),
  has_more: z.boolean(),
  last_id: z.string().nullish(),
});

async function listModels(baseURL: string, call: VendorCall): Promise<string[]> {
  const names: string[] = [];
  let query = "limit=1000";
  for (;;) {
    const headers = { "anthropic-version": "2023-06-01" };
    const page = await askForJSON(call, `${baseURL}/v1/models?${query}`, ModelPage, { headers });
    names.push(...page.data.map(({ id }) => id));
    if (!page.has_more || !page.last_id) return names;
    query = `limit=1000&after_id=${encodeURIComponent(page.last_id)}`;
  }
}
