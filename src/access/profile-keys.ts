import type { Profile } from "../profiles/profile.ts";
import type { Secret } from "../secrets/secret.ts";
import type { SecretSource } from "../secrets/secret-source.ts";
import type { SecretStore } from "../secrets/secret-store.ts";
import { keyNamesOf } from "./key-names.ts";

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
