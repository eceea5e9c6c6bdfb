import { createLangChainProvider } from "../langchain/langchain-provider.ts";
import type { LangChainVendor, MessageStyle } from "../langchain/langchain-vendor.ts";
import type { Capabilities, Provider } from "../provider.ts";
import type { ProviderAccess } from "../provider-access.ts";
import { createOpenAIChat, loadOpenAIClients, type OpenAIChatOptions } from "./openai-chat.ts";
import { openAICapabilities } from "./openai-model-facts.ts";
import { embedTexts, listModelNames } from "./openai-rest.ts";
import { readServedFacts, type ServedTarget } from "./served-facts.ts";

/** What tells one vendor that speaks the OpenAI API from the others. */
export interface OpenAILike {
  readonly name: string;
  readonly access: ProviderAccess;
  readonly baseURL: string;
  /** The path that its base URL mostly has. Default: /v1. */
  readonly usualPath?: string;
  readonly capabilities?: (model: string) => Capabilities;
  readonly chat?: (
    model: string,
    request: Parameters<LangChainVendor["createChatModel"]>[1],
  ) => Partial<OpenAIChatOptions>;
  readonly startsInSilence?: boolean;
  /** What the server is, where it tells what its models can do. */
  readonly servedBy?: ServedTarget["api"];
  readonly hasEmbeddings?: boolean;
  readonly hasModelList?: boolean;
  /** Where the list is, below the base URL. */
  readonly modelsPath?: string;
  readonly messageStyle?: (model: string) => MessageStyle;
}

/** The header that most of them take the key in. */
export const bearer = { name: "Authorization", scheme: "Bearer" } as const;

/** Makes a provider of a vendor that speaks the OpenAI API at one address. */
export function createOpenAILike(vendor: OpenAILike): Provider {
  const { access, baseURL, hasEmbeddings = true, hasModelList = true, messageStyle } = vendor;
  const { systemRole, name = vendor.name, addressKeys } = access;
  const { servedBy: api } = vendor;
  const { host } = access.profile.accessInfo;
  const target = { provider: name, baseURL };
  return createLangChainProvider({
    name,
    baseURL,
    usualPath: vendor.usualPath ?? "/v1",
    settings: access.settings,
    keys: access.keys,
    keyHeader: bearer,
    ...(host !== undefined && { host }),
    ...(addressKeys && { addressKeys }),
    ...(vendor.startsInSilence !== undefined && { startsInSilence: vendor.startsInSilence }),
    capabilities: vendor.capabilities ?? openAICapabilities,
    messageStyle: (model) => ({
      ...messageStyle?.(model),
      ...(systemRole !== undefined && { systemRole }),
    }),
    load: loadOpenAIClients,
    createChatModel: (model, request, call) =>
      createOpenAIChat(model, request, call, { baseURL, ...vendor.chat?.(model, request) }),
    ...(hasEmbeddings && {
      embed: (model, texts, call) => embedTexts(target, model, texts, call),
    }),
    ...(hasModelList && {
      listModels: (call) => listModelNames(target, call, vendor.modelsPath),
    }),
    ...(api && { readFacts: (model, call) => readServedFacts({ baseURL, api }, model, call) }),
  });
}
