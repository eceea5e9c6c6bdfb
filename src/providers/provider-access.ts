import type { Profile } from "../arena-file/profile.ts";
import type { SecretSource } from "../secrets/secret-source.ts";
import type { Capabilities } from "./provider.ts";
import type { AddressKeys } from "./transport/address-keys.ts";

/** What a person changes when the vendor refuses: names of settings, or places in a file. */
export interface AccessSettings {
  readonly key: string;
  readonly model: string;
  readonly baseURL: string;
}

/** What a provider is made of: who, how, with which key. */
export interface ProviderAccess {
  readonly profile: Profile;
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
