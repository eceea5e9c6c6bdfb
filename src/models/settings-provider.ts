import { checkKeyHeader } from "../providers/keyed-fetch.ts";
import type { Provider } from "../providers/provider.ts";
import { createProvider } from "../providers/registry.ts";
import { Secret } from "../secrets/secret.ts";
import type { SecretSource } from "../secrets/secret-source.ts";
import type { ChatModelOptions } from "./chat-model-options.ts";

/**
 * Creates the provider that settings describe, without a profile.
 * @throws ConfigurationError that names the setting, when the key cannot be sent
 */
export function createSettingsProvider(options: ChatModelOptions): Provider {
  const { provider, accessInfo, key, settings, name, systemRole, capabilities } = options;
  const { privateImages = false } = options;
  if (key !== undefined) {
    checkKeyHeader({ name: accessInfo.keyHeader ?? "Authorization", key }, settings.key);
  }
  const keys = key === undefined ? null : createFixedSource(settings.key, new Secret(key));
  const profile = { name: "settings", provider, accessInfo };
  return createProvider(profile, keys, {
    settings,
    systemRole,
    privateImages,
    ...(name !== undefined && { name }),
    ...(capabilities && { capabilities }),
  });
}

/** A setting's value is what it is until the next start. */
function createFixedSource(setting: string, secret: Secret): SecretSource {
  return { description: setting, get: async () => secret, refused: () => {} };
}
