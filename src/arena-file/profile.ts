/** The providers that a profile can name. */
export const providerNames = [
  "openai",
  "azure-openai",
  "anthropic",
  "bedrock",
  "sagemaker",
  "gemini",
  "mistral",
  "mistral-codestral",
  "groq",
  "together",
  "cohere",
  "ai21",
  "huggingface",
  "self-hosted",
  "ollama",
  "vllm",
  "kubeai",
] as const;
export type ProviderName = (typeof providerNames)[number];

/** How a provider is reached, as far as it needs to be told; each uses its own part of it. */
export interface AccessInfo {
  readonly baseUrl?: string;
  /** Bedrock, SageMaker. */
  readonly region?: string;
  /** Bedrock, SageMaker: a role to assume. */
  readonly roleArn?: string;
  /** Bedrock: another endpoint than the region's. */
  readonly endpointUrl?: string;
  /** Azure: the resource, `https://NAME.openai.azure.com`. */
  readonly endpoint?: string;
  readonly apiVersion?: string;
  /** Azure: deployments by model name. */
  readonly deployments?: Readonly<Record<string, string>>;
  /** Azure behind a gateway: the header that carries the key. */
  readonly keyHeader?: string;
  /** Self-hosted: value of the HTTP Host header. */
  readonly host?: string;
  /** Self-hosted: what the server speaks. */
  readonly inferenceApi?: "openai" | "ollama" | "vllm";
  /** Self-hosted: whether the models see images, where the server does not tell. */
  readonly vision?: boolean;
  /** SageMaker: endpoint by model name, and what its payload looks like. */
  readonly endpoints?: Readonly<
    Record<string, { readonly name: string; readonly format: "tgi" | "jumpstart-chat" | "openai" }>
  >;
  /** A secret with a flat JSON of third-party keys, as `{AWS:Secret}`. */
  readonly keysFrom?: string;
}

/** One way to models: a provider, an access, a key, and the models that may be used. */
export interface Profile {
  readonly name: string;
  readonly provider: ProviderName;
  readonly accessInfo: AccessInfo;
  /** A reference such as `{AWS:secret:key}`, or the key as text; absent where none is needed. */
  readonly accessKey?: string;
  /** Exact names or globs; absent or empty means all. */
  readonly allowedModels?: readonly string[];
  /** The longest answer, in tokens. */
  readonly maxTokens?: number;
}
