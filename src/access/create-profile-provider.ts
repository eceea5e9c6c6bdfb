import { ConfigurationError } from "../errors/configuration-error.ts";
import { SecretError } from "../errors/secret-error.ts";
import type { Profile } from "../profiles/profile.ts";
import type { Provider } from "../providers/provider.ts";
import type { ProviderAccess } from "../providers/provider-access.ts";
import { createProvider } from "../providers/registry.ts";
import type { SecretStore } from "../secrets/secret-store.ts";
import { keysOf } from "./profile-keys.ts";

/** Makes a profile ready to be called, and calls nobody. @throws ConfigurationError */
export function createProfileProvider(
  profile: Profile,
  store: SecretStore,
  options: Pick<ProviderAccess, "privateImages"> = {},
): Provider {
  try {
    return createProvider(profile, keysOf(profile, store), options);
  } catch (error) {
    if (!(error instanceof SecretError)) throw error;
    const name = `profile ${JSON.stringify(profile.name)}`;
    throw new ConfigurationError([{ name, message: error.message }], { cause: error });
  }
}
