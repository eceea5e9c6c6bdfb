import { z } from "zod";
import type { VendorVerdict } from "../errors/to-provider-error.ts";
import type { VendorError } from "../errors/vendor-error.ts";
import { organisers } from "../errors/verdicts.ts";
import { refusePrivateImages } from "../image-urls.ts";
import { createLangChainProvider } from "../langchain/langchain-provider.ts";
import type { JudgedCall } from "../langchain/langchain-vendor.ts";
import { createOpenAIChat, loadOpenAIClients } from "../openai-form/openai-chat.ts";
import { bearer } from "../openai-form/openai-like.ts";
import { openAICapabilities } from "../openai-form/openai-model-facts.ts";
import { embedTexts, listModelNames } from "../openai-form/openai-rest.ts";
import type { Provider } from "../provider.ts";
import type { ProviderAccess } from "../provider-access.ts";
import { askForJSON, posted } from "../transport/vendor-json.ts";
import type { VendorCall } from "../vendor-call.ts";

const name = "Hugging Face";
const router = "https://router.huggingface.co";

/**
 * Creates the provider of the models behind Hugging Face's router, or at an
 * Inference Endpoint of one's own when `accessInfo.baseUrl` says so.
 */
export function createHuggingFace(access: ProviderAccess): Provider {
  const { profile, keys, settings } = access;
  const { baseUrl } = profile.accessInfo;
  const baseURL = baseUrl ?? `${router}/v1`;
  const target = { provider: name, baseURL };
  return createLangChainProvider({
    name,
    baseURL,
    settings,
    keys,
    keyHeader: bearer,
    // An endpoint of one's own sleeps when nobody asks.
    coldStarts: baseUrl !== undefined,
    capabilities: openAICapabilities,
    judge,
    load: loadOpenAIClients,
    createChatModel: async (model, request, call) => {
      if (baseUrl !== undefined) refusePrivateImages(name, request, access);
      return createOpenAIChat(model, request, call, { baseURL });
    },
    embed: (model, texts, call) => {
      const isRouter = new URL(baseURL).origin === router;
      return isRouter ? embedAtRouter(model, texts, call) : embedTexts(target, model, texts, call);
    },
    listModels: (call) => listModelNames(target, call),
  });
}

const Vectors = z.array(z.array(z.number()));

/** The router has no vectors in the OpenAI API, but in Hugging Face's own. */
function embedAtRouter(model: string, texts: readonly string[], call: VendorCall) {
  const url = `${router}/hf-inference/models/${model}/pipeline/feature-extraction`;
  return askForJSON(call, url, Vectors, posted({ inputs: texts }));
}

/** What only Hugging Face's words tell: whose model it is, and what the token lacks. */
function judge(
  { status, sentence, codes }: VendorError,
  { model, asked }: JudgedCall,
): VendorVerdict | undefined {
  if (asked === "facts") return undefined;
  if ((status === 401 || status === 403) && /gated|restricted|awaiting a review/i.test(sentence)) {
    const problem = `${JSON.stringify(model)} is gated. Accept its conditions at https://huggingface.co/${model} with the token's account, and give the token the right to read gated models.`;
    return organisers("PERMISSION_DENIED", "access", problem);
  }
  if (status === 403 && /sufficient permissions/i.test(sentence)) {
    const problem = "the token may not call Inference Providers. Give it that permission.";
    return organisers("PERMISSION_DENIED", "access", problem);
  }
  if (status === 400 && codes.includes("model_not_supported")) {
    const problem = `no provider that the account has enabled serves ${JSON.stringify(model)}. Check its name, or enable one.`;
    return organisers("NOT_FOUND", "not-found", problem);
  }
  return undefined;
}
