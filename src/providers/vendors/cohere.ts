import { z } from "zod";
import type { ChatRequest } from "../../data-models/chat.ts";
import { refuseForcedTools } from "../errors/refused-request.ts";
import type { VendorVerdict } from "../errors/to-provider-error.ts";
import type { VendorError } from "../errors/vendor-error.ts";
import { organisers, verdicts } from "../errors/verdicts.ts";
import { createLangChainProvider } from "../langchain/langchain-provider.ts";
import type { JudgedCall, StreamingModel } from "../langchain/langchain-vendor.ts";
import { createOpenAIChat, loadOpenAIClients } from "../openai-form/openai-chat.ts";
import { bearer } from "../openai-form/openai-like.ts";
import { embedTexts } from "../openai-form/openai-rest.ts";
import type { Capabilities, Provider } from "../provider.ts";
import type { ProviderAccess } from "../provider-access.ts";
import { askForJSON } from "../transport/vendor-json.ts";
import type { VendorCall } from "../vendor-call.ts";

const name = "Cohere";

/**
 * Creates the provider of Cohere's models, over Cohere's API for OpenAI's
 * clients: LangChain's own class speaks an older one, which knows no images, no
 * token limit and no end before its end.
 */
export function createCohere({ profile, keys, settings }: ProviderAccess): Provider {
  const origin = (profile.accessInfo.baseUrl ?? "https://api.cohere.ai").replace(/\/+$/, "");
  const baseURL = `${origin}/compatibility/v1`;
  return createLangChainProvider({
    name,
    baseURL,
    settings,
    keys,
    keyHeader: bearer,
    capabilities,
    judge,
    load: loadOpenAIClients,
    createChatModel: (model, request, call) => createChatModel(baseURL, model, request, call),
    embed: (model, texts, call) => embedTexts({ provider: name, baseURL }, model, texts, call),
    listModels: (call) => listModels(origin, call),
  });
}

function capabilities(model: string): Capabilities {
  const embeddings = model.includes("embed");
  const isBlind = /^command-(r|light|nightly|a-(03|reasoning|translate))|aya-expanse/.test(model);
  return {
    images: !embeddings && !isBlind,
    tools: !embeddings && !/translate|aya|vision/.test(model),
    json: !embeddings,
    jsonSchema: !embeddings,
    parameters: new Set(["maxTokens", "temperature", "topP", "stop", "seed"]),
    contextTokens: contextOf(model),
    embeddings,
    imageOutput: false,
  };
}

function contextOf(model: string): number | null {
  if (/^command-a-(03|reasoning)/.test(model)) return 288_000;
  return /^command-(r|a-vision)/.test(model) ? 136_000 : null;
}

async function createChatModel(
  baseURL: string,
  model: string,
  request: ChatRequest,
  call: VendorCall,
): Promise<StreamingModel> {
  refuseForcedTools(name, request);
  const { responseFormat, toolChoice: _auto, ...rest } = request;
  const fetch = withOpenAIRefusals(call.fetch);
  return createOpenAIChat(
    model,
    rest,
    { ...call, fetch },
    {
      baseURL,
      // It counts without being asked, and is not documented to take the question.
      streamUsage: false,
      ...(responseFormat && { extra: { response_format: toFormat(responseFormat) } }),
    },
  );
}

/** OpenAI's SDK keeps what was said of a refusal only if it has OpenAI's form. */
function withOpenAIRefusals(send: typeof fetch): typeof fetch {
  return async (input, init) => {
    const response = await send(input, init);
    if (response.ok) return response;
    const { status, headers } = response;
    const message = await response.text();
    return new Response(JSON.stringify({ error: { message } }), { status, headers });
  };
}

/** Cohere's own form, in which a schema is a kind of JSON. */
function toFormat(format: NonNullable<ChatRequest["responseFormat"]>): object {
  switch (format.type) {
    case "text":
      return { type: "text" };
    case "json":
      return { type: "json_object" };
    case "json-schema":
      return { type: "json_object", schema: format.schema };
  }
}

function judge(
  { status, sentence }: VendorError,
  { asked }: JudgedCall,
): VendorVerdict | undefined {
  if (asked !== "answer") return undefined;
  if (status === 498) return verdicts.keyRefused("Check that it is valid and not blocked.");
  if (status === 429 && /trial key.*month/i.test(sentence)) {
    const problem = "the trial key's calls of this month are used up. Use a production key.";
    return organisers("RESOURCE_EXHAUSTED", "quota", problem);
  }
  return undefined;
}

const ModelPage = z.object({
  models: z.array(z.object({ name: z.string() })),
  next_page_token: z.string().nullish(),
});

async function listModels(origin: string, call: VendorCall): Promise<string[]> {
  const names: string[] = [];
  let query = "page_size=1000";
  for (;;) {
    const page = await askForJSON(call, `${origin}/v1/models?${query}`, ModelPage);
    names.push(...page.models.map(({ name }) => name));
    if (!page.next_page_token) return names;
    query = `page_size=1000&page_token=${encodeURIComponent(page.next_page_token)}`;
  }
}
