import { createOpenAILike } from "../openai-form/openai-like.ts";
import type { Provider } from "../provider.ts";
import type { ProviderAccess } from "../provider-access.ts";

/** Creates the provider of the models that Together serves. */
export function createTogether(access: ProviderAccess): Provider {
  return createOpenAILike({
    name: "Together",
    access,
    baseURL: access.profile.accessInfo.baseUrl ?? "https://api.together.xyz/v1",
  });
}
