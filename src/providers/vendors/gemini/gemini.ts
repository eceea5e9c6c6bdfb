import type { AIMessageChunk } from "@langchain/core/messages";
import { z } from "zod";
import type { ChatRequest } from "../../../data-models/chat.ts";
import { withAlternatingTurns } from "../../alternating-turns.ts";
import { refuseForeignImages } from "../../image-urls.ts";
import { createLangChainProvider } from "../../langchain/langchain-provider.ts";
import type { StreamingModel } from "../../langchain/langchain-vendor.ts";
import { mapStream } from "../../langchain/map-stream.ts";
import type { Capabilities, Provider } from "../../provider.ts";
import type { ProviderAccess } from "../../provider-access.ts";
import { importPackage } from "../../transport/import-package.ts";
import { askForJSON, posted } from "../../transport/vendor-json.ts";
import { noKey, type VendorCall } from "../../vendor-call.ts";
import { GeminiClient, toGeminiExtras } from "./gemini-client.ts";
import { judgeGemini } from "./gemini-verdict.ts";

const name = "Google Gemini";
const formats = ["png", "jpeg", "webp", "heic", "heif"];

/** Creates the provider of the Gemini models at Google AI. */
export function createGemini({ profile, keys, settings }: ProviderAccess): Provider {
  const address = profile.accessInfo.baseUrl ?? "https://generativelanguage.googleapis.com/v1beta";
  const baseURL = address.replace(/\/+$/, "");
  const provider = createLangChainProvider({
    name,
    baseURL,
    settings,
    keys,
    keyHeader: { name: "x-goog-api-key" },
    capabilities,
    judge: judgeGemini,
    messageStyle: () => ({ toolNames: true }),
    load: loadPackage,
    createChatModel: (model, request, call) => createChatModel(baseURL, model, request, call),
    embed: (model, texts, call) => embed(baseURL, model, texts, call),
    listModels: (call) => listModels(baseURL, call),
  });
  return withAlternatingTurns(provider);
}

function capabilities(model: string): Capabilities {
  const embeddings = /embedding/.test(model);
  const isKnown = /^gemini-(1\.5-flash|2|3|flash)/.test(model);
  return {
    images: !embeddings,
    tools: !embeddings,
    json: !embeddings,
    jsonSchema: !embeddings,
    parameters: new Set(["maxTokens", "temperature", "topP", "stop", "seed"]),
    contextTokens: isKnown ? 1_048_576 : null,
    embeddings,
    imageOutput: /image/.test(model),
  };
}

function loadPackage() {
  return importPackage(name, "@langchain/google-genai", () => import("@langchain/google-genai"));
}

async function createChatModel(
  baseURL: string,
  model: string,
  request: ChatRequest,
  call: VendorCall,
): Promise<StreamingModel> {
  refuseForeignImages(name, request, formats);
  const { ChatGoogleGenerativeAI } = await loadPackage();
  class SeeingModel extends ChatGoogleGenerativeAI {
    // LangChain knows from lists which models see, and is behind.
    override get _isMultimodalModel(): boolean {
      return true;
    }
  }
  const chat = new SeeingModel({ model, apiKey: noKey, baseUrl: baseURL, maxRetries: 0 });
  const target = { provider: name, baseURL, model, extras: toGeminiExtras(request) };
  Reflect.set(chat, "client", new GeminiClient(target, call));
  return mapStream(chat, withImages);
}

const InlineImage = z
  .object({ type: z.literal("inlineData"), inlineData: z.object({ data: z.string() }) })
  .transform(({ inlineData }) => ({ type: "image", data: inlineData.data }));

/** LangChain leaves images that a model draws in Google's own form. */
function withImages(chunk: AIMessageChunk): unknown {
  const { content } = chunk;
  if (typeof content === "string") return chunk;
  return { ...chunk, content: content.map((block) => InlineImage.safeParse(block).data ?? block) };
}

const Vectors = z.object({ embeddings: z.array(z.object({ values: z.array(z.number()) })) });

async function embed(
  baseURL: string,
  model: string,
  texts: readonly string[],
  call: VendorCall,
): Promise<readonly number[][]> {
  const requests = texts.map((text) => ({
    model: `models/${model}`,
    content: { parts: [{ text }] },
  }));
  const url = `${baseURL}/models/${encodeURIComponent(model)}:batchEmbedContents`;
  const { embeddings } = await askForJSON(call, url, Vectors, posted({ requests }));
  return embeddings.map(({ values }) => values);
}

const ModelPage = z.object({
  models: z.array(z.object({ name: z.string() })).default([]),
  nextPageToken: z.string().optional(),
});

async function listModels(baseURL: string, call: VendorCall): Promise<string[]> {
  const names: string[] = [];
  let query = "pageSize=1000";
  for (;;) {
    const page = await askForJSON(call, `${baseURL}/models?${query}`, ModelPage);
    names.push(...page.models.map(({ name }) => name.replace(/^models\//, "")));
    if (!page.nextPageToken) return names;
    query = `pageSize=1000&pageToken=${encodeURIComponent(page.nextPageToken)}`;
  }
}
