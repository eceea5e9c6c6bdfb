import type { Provider } from "./provider.ts";
import type { AccessInfo, ProviderAccess, ProviderProfile } from "./provider-access.ts";
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

/** One thing that `accessInfo` has to say. */
interface Need {
  /** Any of these keys says it. */
  readonly oneOf: readonly [keyof AccessInfo, ...(keyof AccessInfo)[]];
  /** How that may look. */
  readonly example: string;
}

/** All that is known of a provider before it is asked. */
export interface CatalogueEntry {
  /** As people know it. */
  readonly title: string;
  /** What the documents call it beside its name, in our way of writing. */
  readonly spellings?: readonly string[];
  /** Keys of `accessInfo` that the provider uses. */
  readonly uses: readonly (keyof AccessInfo)[];
  /** What `accessInfo` has to say. */
  readonly needs: readonly Need[];
  readonly key: "needed" | "possible";
  /**
   * What its key is called in a secret with the keys of many vendors, as the
   * vendors' own tools call it. The first name that is there counts.
   */
  readonly keyNames: readonly string[];
  /** Whether such a secret may have a key for each model, as `AZURE_OPENAI_API_KEY__ID`. */
  readonly hasKeyByModel?: boolean;
  /** Its identity is AWS's, where the profile names no key; `takesBearer` where an API key may be one. */
  readonly aws?: { readonly takesBearer: boolean };
  /** Where it is, if the profile does not say so. */
  readonly defaultBaseUrl?: string;
  /**
   * Creates it. What it needs of vendors, it imports when asked.
   * @throws ConfigurationError when the profile lacks an address
   */
  readonly create: (access: ProviderAccess) => Provider;
}

/** A vendor with one address for everybody. */
const vendor = {
  uses: ["baseUrl", "keysFrom"],
  needs: [],
  key: "needed",
} as const satisfies Partial<CatalogueEntry>;

const ownServer = {
  uses: ["baseUrl", "host", "keysFrom", "vision"],
  needs: [],
  key: "possible",
} as const satisfies Partial<CatalogueEntry>;

const region = { oneOf: ["region"], example: "region: eu-central-1" } as const;

const entries = {
  openai: { ...vendor, title: "OpenAI", keyNames: ["OPENAI_API_KEY"], create: createOpenAI },
  "azure-openai": {
    title: "Azure OpenAI",
    spellings: ["azure"],
    uses: ["endpoint", "baseUrl", "apiVersion", "deployments", "keyHeader", "keysFrom"],
    needs: [{ oneOf: ["endpoint", "baseUrl"], example: "endpoint: https://NAME.openai.azure.com" }],
    key: "needed",
    keyNames: ["AZURE_OPENAI_API_KEY"],
    hasKeyByModel: true,
    create: createAzureOpenAI,
  },
  anthropic: {
    ...vendor,
    title: "Anthropic",
    keyNames: ["ANTHROPIC_API_KEY"],
    create: createAnthropic,
  },
  bedrock: {
    title: "Amazon Bedrock",
    spellings: ["aws-bedrock"],
    uses: ["region", "roleArn", "endpointUrl"],
    needs: [region],
    key: "possible",
    keyNames: [],
    aws: { takesBearer: true },
    create: createBedrock,
  },
  sagemaker: {
    title: "Amazon SageMaker",
    spellings: ["aws-sagemaker"],
    uses: ["region", "roleArn", "endpointUrl", "endpoints"],
    needs: [
      region,
      { oneOf: ["endpoints"], example: "endpoints: {llama-3: {name: my-endpoint, format: tgi}}" },
    ],
    key: "possible",
    keyNames: [],
    aws: { takesBearer: false },
    create: createSageMaker,
  },
  gemini: {
    ...vendor,
    title: "Google Gemini",
    keyNames: ["GEMINI_API_KEY", "GOOGLE_API_KEY"],
    create: createGemini,
  },
  mistral: {
    ...vendor,
    title: "Mistral AI",
    spellings: ["mistralai"],
    keyNames: ["MISTRAL_API_KEY"],
    create: createMistral,
  },
  "mistral-codestral": {
    ...vendor,
    title: "Mistral's Codestral",
    spellings: ["mistralcodestral", "codestral"],
    keyNames: ["CODESTRAL_API_KEY"],
    create: createMistralCodestral,
  },
  groq: { ...vendor, title: "Groq", keyNames: ["GROQ_API_KEY"], create: createGroq },
  together: {
    ...vendor,
    title: "Together AI",
    spellings: ["togetherai"],
    keyNames: ["TOGETHER_API_KEY", "TOGETHER_AI_API_KEY"],
    create: createTogether,
  },
  cohere: {
    ...vendor,
    title: "Cohere",
    keyNames: ["COHERE_API_KEY", "CO_API_KEY"],
    create: createCohere,
  },
  ai21: { ...vendor, title: "AI21 Labs", keyNames: ["AI21_API_KEY"], create: createAI21 },
  huggingface: {
    ...vendor,
    title: "Hugging Face",
    keyNames: ["HF_TOKEN", "HUGGINGFACE_API_KEY", "HUGGINGFACEHUB_API_KEY"],
    create: createHuggingFace,
  },
  "self-hosted": {
    title: "a server of your own",
    spellings: ["openai-like", "custom-llm"],
    uses: ["baseUrl", "host", "inferenceApi", "keysFrom", "vision"],
    needs: [{ oneOf: ["baseUrl"], example: "baseUrl: http://10.1.2.3:8000/v1" }],
    key: "possible",
    keyNames: ["SELF_HOSTED_API_KEY"],
    create: createSelfHosted,
  },
  ollama: {
    ...ownServer,
    title: "Ollama",
    keyNames: ["OLLAMA_API_KEY"],
    defaultBaseUrl: "http://localhost:11434/v1",
    create: createOllama,
  },
  vllm: {
    ...ownServer,
    title: "vLLM",
    keyNames: ["VLLM_API_KEY"],
    defaultBaseUrl: "http://localhost:8000/v1",
    create: createVllm,
  },
  kubeai: {
    ...ownServer,
    title: "KubeAI",
    keyNames: ["KUBEAI_API_KEY"],
    defaultBaseUrl: "http://kubeai/openai/v1",
    create: createKubeAI,
  },
} as const satisfies Readonly<Record<string, CatalogueEntry>>;

export type ProviderName = keyof typeof entries;

/** A profile as `arena.yaml` has it: of a provider that is known. */
export type Profile = ProviderProfile<ProviderName>;

/**
 * The providers by the names that profiles use. Whoever knows providers by name
 * reads it here: what has an entry can be written, checked, keyed and created.
 */
export const catalogue: Readonly<Record<ProviderName, CatalogueEntry>> = entries;

/** The providers that a profile can name. */
export const providerNames = Object.keys(entries).filter((name): name is ProviderName =>
  Object.hasOwn(entries, name),
);
