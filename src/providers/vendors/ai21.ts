import { refuseForcedTools } from "../errors/refused-request.ts";
import { createLangChainProvider } from "../langchain/langchain-provider.ts";
import { createOpenAIChat, loadOpenAIClients } from "../openai-form/openai-chat.ts";
import { bearer } from "../openai-form/openai-like.ts";
import type { Capabilities, Provider } from "../provider.ts";
import type { ProviderAccess } from "../provider-access.ts";

const name = "AI21";

/** Creates the provider of AI21's Jamba models, whose server speaks the OpenAI API. */
export function createAI21({ profile, keys, settings }: ProviderAccess): Provider {
  const baseURL = profile.accessInfo.baseUrl ?? "https://api.ai21.com/studio/v1";
  return createLangChainProvider({
    name,
    baseURL,
    settings,
    keys,
    keyHeader: bearer,
    capabilities,
    load: loadOpenAIClients,
    createChatModel: async (model, request, call) => {
      refuseForcedTools(name, request);
      const { toolChoice: _auto, ...rest } = request;
      // It counts without being asked, and is not documented to take the question.
      return createOpenAIChat(model, rest, call, { baseURL, streamUsage: false });
    },
  });
}

function capabilities(model: string): Capabilities {
  return {
    images: false,
    tools: true,
    json: true,
    jsonSchema: false,
    parameters: new Set(["maxTokens", "temperature", "topP", "stop"]),
    contextTokens: model.startsWith("jamba") ? 256_000 : null,
    embeddings: false,
    imageOutput: false,
  };
}
