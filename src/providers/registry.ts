import type { SecretSource } from "../secrets/secret-source.ts";
import { catalogue, type ProviderName } from "./catalogue.ts";
import type { Provider } from "./provider.ts";
import type { AccessSettings, ProviderAccess, ProviderProfile } from "./provider-access.ts";
import { type AddressKeys, splitAddress } from "./transport/address-keys.ts";

/**
 * Creates the provider that a profile names. Nobody is called, and no SDK is
 * imported before the first request.
 * @param keys null where the provider needs no key
 * @param options what a profile does not say; by default its errors name the profile's fields
 * @throws ConfigurationError when the profile lacks an address
 */
export function createProvider(
  profile: ProviderProfile<ProviderName>,
  keys: SecretSource | null,
  options: Partial<Omit<ProviderAccess, "profile" | "keys">> = {},
): Provider {
  const settings = options.settings ?? settingsOf(profile, keys);
  return catalogue[profile.provider].create({
    ...withoutAddressKeys(profile),
    keys,
    ...options,
    settings,
  });
}

/** No provider shows, logs or names what it does not know. */
function withoutAddressKeys(profile: ProviderProfile): {
  readonly profile: ProviderProfile;
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

function settingsOf({ name }: ProviderProfile, keys: SecretSource | null): AccessSettings {
  const profile = `profile ${JSON.stringify(name)}`;
  const source = keys === null ? "" : ` (${keys.description})`;
  return {
    key: `accessKey of ${profile}${source}`,
    model: `allowedModels of ${profile}`,
    baseURL: `accessInfo of ${profile}`,
  };
}
