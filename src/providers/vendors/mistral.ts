import { createHash } from "node:crypto";
import { createOpenAILike, type OpenAILike } from "../openai-form/openai-like.ts";
import type { Provider } from "../provider.ts";
import type { ProviderAccess } from "../provider-access.ts";

/** Creates the provider of Mistral's models. */
export function createMistral(access: ProviderAccess): Provider {
  return createOpenAILike({
    name: "Mistral",
    access,
    baseURL: access.profile.accessInfo.baseUrl ?? "https://api.mistral.ai/v1",
    ...dialect,
  });
}

/** Creates the provider of Mistral's endpoint for code, which has keys of its own. */
export function createMistralCodestral(access: ProviderAccess): Provider {
  return createOpenAILike({
    name: "Mistral's Codestral",
    access,
    baseURL: access.profile.accessInfo.baseUrl ?? "https://codestral.mistral.ai/v1",
    hasEmbeddings: false,
    hasModelList: false,
    ...dialect,
  });
}

/** Mistral refuses fields that it does not know. */
const dialect: Pick<OpenAILike, "chat" | "messageStyle"> = {
  chat: (_, { seed }) => ({
    // It always counts.
    streamUsage: false,
    ...(seed !== undefined && { extra: { seed: undefined, random_seed: seed } }),
  }),
  messageStyle: () => ({ toolNames: true, namesInText: true, toToolCallID }),
};

/** Mistral takes ids of nine letters and digits only. The same id always becomes the same. */
function toToolCallID(id: string): string {
  if (/^[A-Za-z0-9]{9}$/.test(id)) return id;
  return createHash("sha256").update(id).digest("hex").slice(0, 9);
}
