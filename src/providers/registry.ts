import type { Profile, ProviderName } from "../arena-file/profile.ts";
import type { SecretSource } from "../secrets/secret-source.ts";
import type { Provider } from "./provider.ts";
import type { AccessSettings, ProviderAccess } from "./provider-access.ts";
import { type AddressKeys, splitAddress } from "./transport/address-keys.ts";
import { createAI21 } from "./vendors/ai21.ts";
import { createAnthropic } from "./vendors/anthropic.ts";
import { createAzureOpenAI } from "./vendors/azure-openai.ts";
import { createBedrock } from "./vendors/bedrock/bedrock.ts";
import { createCohere } from "./vendors/cohere.ts";
import { createGemini } from "./vendors/gemini/gemini.ts";
import { createGroq } from "./vendors/groq.ts";
import { createHuggingFace } from "./vendors/huggingface.ts";
import { createMistral, createMistralCodestral } from "./vendors/mistral.ts";
import { createOpenAI } from "./vendors/openai.ts";
import { createSageMaker } from "./vendors/sagemaker/sagemaker.ts";
import { createKubeAI, createOllama, createSelfHosted, createVllm } from "./vendors/self-hosted.ts";
import { createTogether } from "./vendors/together.ts";

/** The providers by the names that profiles use. What they need of vendors, they import when asked. */
const providers = {
  openai: createOpenAI,
  "azure-openai": createAzureOpenAI,
  anthropic: createAnthropic,
  bedrock: createBedrock,
  sagemaker: createSageMaker,
  gemini: createGemini,
  mistral: createMistral,
  "mistral-codestral": createMistralCodestral,
  groq: createGroq,
  together: createTogether,
  cohere: createCohere,
  ai21: createAI21,
  huggingface: createHuggingFace,
  "self-hosted": createSelfHosted,
  ollama: createOllama,
  vllm: createVllm,
  kubeai: createKubeAI,
} as const satisfies Record<ProviderName, (access: ProviderAccess) => Provider>;

/**
 * Creates the provider that a profile names. Nobody is called, and no SDK is
 * imported before the first request.
 * @param keys null where the provider needs no key
 * @param options what a profile does not say; by default its errors name the profile's fields
 * @throws ConfigurationError when the profile lacks an address
 */
export function createProvider(
  profile: Profile,
  keys: SecretSource | null,
  options: Partial<Omit<ProviderAccess, "profile" | "keys">> = {},
): Provider {
  const settings = options.settings ?? settingsOf(profile, keys);
  return providers[profile.provider]({
    ...withoutAddressKeys(profile),
    keys,
    ...options,
    settings,
  });
}

/** No provider shows, logs or names what it does not know. */
function withoutAddressKeys(profile: Profile): {
  readonly profile: Profile;
  readonly addressKeys?: AddressKeys;
} {
  const { baseUrl, endpoint } = profile.accessInfo;
  const written = baseUrl ?? endpoint;
  const { address, keys } = splitAddress(written ?? "");
  if (keys === null) return { profile };
  const place = baseUrl === undefined ? { endpoint: address } : { baseUrl: address };
  return {
    profile: { ...profile, accessInfo: { ...profile.accessInfo, ...place } },
    addressKeys: keys,
  };
}

function settingsOf({ name }: Profile, keys: SecretSource | null): AccessSettings {
  const profile = `profile ${JSON.stringify(name)}`;
  const source = keys === null ? "" : ` (${keys.description})`;
  return {
    key: `accessKey of ${profile}${source}`,
    model: `allowedModels of ${profile}`,
    baseURL: `accessInfo of ${profile}`,
  };
}
