import type { SecretSource } from "../secrets/secret-source.ts";
import type { Capabilities } from "./provider.ts";
import type { AddressKeys } from "./transport/address-keys.ts";

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
export interface ProviderProfile<Name extends string = string> {
  readonly name: string;
  readonly provider: Name;
  readonly accessInfo: AccessInfo;
  /** A reference such as `{AWS:secret:key}`, or the key as text; absent where none is needed. */
  readonly accessKey?: string;
  /** Exact names or globs; absent or empty means all. */
  readonly allowedModels?: readonly string[];
  /** The longest answer, in tokens. */
  readonly maxTokens?: number;
}

/** What a person changes when the vendor refuses: names of settings, or places in a file. */
export interface AccessSettings {
  readonly key: string;
  readonly model: string;
  readonly baseURL: string;
}

/** What a provider is made of: who, how, with which key. */
export interface ProviderAccess {
  readonly profile: ProviderProfile;
  /** Null where no key is needed. */
  readonly keys: SecretSource | null;
  readonly settings: AccessSettings;
  /** Keys that stood in the address; `profile` has the address without them. */
  readonly addressKeys?: AddressKeys;
  /** Whether a server of one's own may be sent images' addresses in private networks. */
  readonly privateImages?: boolean;
  /** How an OpenAI-like server is called in errors, where people know it by another name. */
  readonly name?: string;
  /** How OpenAI-like models are told of a system message, where their names do not say it. */
  readonly systemRole?: "system" | "developer" | "user";
  /** What Azure's deployments can do, where their names do not say it. */
  readonly capabilities?: Partial<Capabilities>;
}
