import type { Profile, ProviderName } from "../arena-file/profile.ts";
import type { Secret } from "../secrets/secret.ts";
import type { SecretSource } from "../secrets/secret-source.ts";
import type { SecretStore } from "../secrets/secret-store.ts";

/**
 * What a provider's key is called in a secret with the keys of many vendors, as
 * the vendors' own tools call it. The first name that is there counts. AWS's
 * providers have their identity elsewhere.
 */
const keyNames: Readonly<Record<ProviderName, readonly string[]>> = {
  openai: ["OPENAI_API_KEY"],
  "azure-openai": ["AZURE_OPENAI_API_KEY"],
  anthropic: ["ANTHROPIC_API_KEY"],
  bedrock: [],
  sagemaker: [],
  gemini: ["GEMINI_API_KEY", "GOOGLE_API_KEY"],
  mistral: ["MISTRAL_API_KEY"],
  "mistral-codestral": ["CODESTRAL_API_KEY"],
  groq: ["GROQ_API_KEY"],
  together: ["TOGETHER_API_KEY", "TOGETHER_AI_API_KEY"],
  cohere: ["COHERE_API_KEY", "CO_API_KEY"],
  ai21: ["AI21_API_KEY"],
  huggingface: ["HF_TOKEN", "HUGGINGFACE_API_KEY", "HUGGINGFACEHUB_API_KEY"],
  "self-hosted": ["SELF_HOSTED_API_KEY"],
  ollama: ["OLLAMA_API_KEY"],
  vllm: ["VLLM_API_KEY"],
  kubeai: ["KUBEAI_API_KEY"],
};

/** The names of a profile's key in such a secret. Azure's may be kept by model, as `AZURE_OPENAI_API_KEY__ID`. */
export function keyNamesOf({
  provider,
  accessInfo,
  allowedModels = [],
}: Profile): readonly string[] {
  const names = keyNames[provider];
  if (provider !== "azure-openai") return names;
  const models = new Set([...allowedModels, ...Object.keys(accessInfo.deployments ?? {})]);
  return [...names, ...[...models].map((model) => `AZURE_OPENAI_API_KEY__${model}`)];
}

/** Where a profile's key comes from; null where it has none. No vault is asked. @throws SecretError */
export function keysOf(profile: Profile, store: SecretStore): SecretSource | null {
  const { provider, accessInfo, accessKey } = profile;
  const { keysFrom, roleArn } = accessInfo;
  if (keysFrom !== undefined) return sharedKeys(keysFrom, keyNamesOf(profile), store);
  if (accessKey !== undefined) return store.source(accessKey);
  // A role is assumed with IAM's keys only.
  if (provider === "bedrock") return store.awsIdentity(roleArn === undefined);
  return provider === "sagemaker" ? store.awsIdentity(false) : null;
}

/** The provider's own key in a secret that holds those of others as well. */
function sharedKeys(
  reference: string,
  names: readonly string[],
  store: SecretStore,
): SecretSource | null {
  const keys = store.keysFrom(reference, names);
  const [first] = names;
  if (first === undefined) return null;
  let current = keys.source(first);
  return {
    description: current.description,
    get: async (signal) => {
      const held = await keys.get(signal);
      current = keys.source(names.find((name) => held.has(name)) ?? first);
      return current.get(signal);
    },
    refused: (secret: Secret) => current.refused(secret),
  };
}
