import type { AccessInfo, ProviderName } from "./profile.ts";

/** One thing that `accessInfo` has to say. */
interface Need {
  /** Any of these keys says it. */
  readonly oneOf: readonly [keyof AccessInfo, ...(keyof AccessInfo)[]];
  /** How that may look. */
  readonly example: string;
}

/** What a profile of a provider has to say and may say. */
export interface ProviderNeeds {
  /** As people know it. */
  readonly title: string;
  /** Keys of `accessInfo` that the provider uses. */
  readonly uses: readonly (keyof AccessInfo)[];
  /** What `accessInfo` has to say. */
  readonly needs: readonly Need[];
  readonly key: "needed" | "possible";
  /** Where it is, if the profile does not say so. */
  readonly defaultBaseUrl?: string;
}

const region = { oneOf: ["region"], example: "region: eu-central-1" } as const;

const vendor = (title: string): ProviderNeeds => ({
  title,
  uses: ["baseUrl", "keysFrom"],
  needs: [],
  key: "needed",
});

const ownServer = (title: string, defaultBaseUrl: string): ProviderNeeds => ({
  title,
  uses: ["baseUrl", "host", "keysFrom", "vision"],
  needs: [],
  key: "possible",
  defaultBaseUrl,
});

/** Needs by provider. */
export const providerNeeds: Readonly<Record<ProviderName, ProviderNeeds>> = {
  openai: vendor("OpenAI"),
  "azure-openai": {
    title: "Azure OpenAI",
    uses: ["endpoint", "baseUrl", "apiVersion", "deployments", "keyHeader", "keysFrom"],
    needs: [{ oneOf: ["endpoint", "baseUrl"], example: "endpoint: https://NAME.openai.azure.com" }],
    key: "needed",
  },
  anthropic: vendor("Anthropic"),
  bedrock: {
    title: "Amazon Bedrock",
    uses: ["region", "roleArn", "endpointUrl"],
    needs: [region],
    key: "possible",
  },
  sagemaker: {
    title: "Amazon SageMaker",
    uses: ["region", "roleArn", "endpointUrl", "endpoints"],
    needs: [
      region,
      { oneOf: ["endpoints"], example: "endpoints: {llama-3: {name: my-endpoint, format: tgi}}" },
    ],
    key: "possible",
  },
  gemini: vendor("Google Gemini"),
  mistral: vendor("Mistral AI"),
  "mistral-codestral": vendor("Mistral's Codestral"),
  groq: vendor("Groq"),
  together: vendor("Together AI"),
  cohere: vendor("Cohere"),
  ai21: vendor("AI21 Labs"),
  huggingface: vendor("Hugging Face"),
  "self-hosted": {
    title: "a server of your own",
    uses: ["baseUrl", "host", "inferenceApi", "keysFrom", "vision"],
    needs: [{ oneOf: ["baseUrl"], example: "baseUrl: http://10.1.2.3:8000/v1" }],
    key: "possible",
  },
  ollama: ownServer("Ollama", "http://localhost:11434/v1"),
  vllm: ownServer("vLLM", "http://localhost:8000/v1"),
  kubeai: ownServer("KubeAI", "http://kubeai/openai/v1"),
};
