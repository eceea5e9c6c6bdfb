import { createOpenAILike } from "../openai-form/openai-like.ts";
import { openAICapabilities } from "../openai-form/openai-model-facts.ts";
import type { Capabilities, Provider } from "../provider.ts";
import type { ProviderAccess } from "../provider-access.ts";

/** Creates the provider of the models that Groq serves. */
export function createGroq(access: ProviderAccess): Provider {
  return createOpenAILike({
    name: "Groq",
    access,
    baseURL: access.profile.accessInfo.baseUrl ?? "https://api.groq.com/openai/v1",
    usualPath: "/openai/v1",
    capabilities,
    hasEmbeddings: false,
  });
}

function capabilities(model: string): Capabilities {
  return {
    ...openAICapabilities(model),
    images: /llama-4/.test(model),
    jsonSchema: /gpt-oss|llama-4|kimi-k2/.test(model),
    embeddings: false,
  };
}
