import type { Profile } from "../providers/catalogue.ts";
import { catalogue } from "../providers/catalogue.ts";
import type { Secret } from "../secrets/secret.ts";
import type { SecretSource } from "../secrets/secret-source.ts";
import type { SecretStore } from "../secrets/secret-store.ts";

/** The names of a profile's key in a secret with the keys of many vendors. */
export function keyNamesOf({
  provider,
  accessInfo,
  allowedModels = [],
}: Profile): readonly string[] {
  const { keyNames, hasKeyByModel = false } = catalogue[provider];
  if (!hasKeyByModel) return keyNames;
  const models = new Set([...allowedModels, ...Object.keys(accessInfo.deployments ?? {})]);
  const byModel = keyNames.flatMap((name) => [...models].map((model) => `${name}__${model}`));
  return [...keyNames, ...byModel];
}

/** Where a profile's key comes from; null where it has none. No vault is asked. @throws SecretError */
export function keysOf(profile: Profile, store: SecretStore): SecretSource | null {
  const { provider, accessInfo, accessKey } = profile;
  const { keysFrom, roleArn } = accessInfo;
  if (keysFrom !== undefined) return sharedKeys(keysFrom, keyNamesOf(profile), store);
  if (accessKey !== undefined) return store.source(accessKey);
  const { aws } = catalogue[provider];
  // A role is assumed with IAM's keys only.
  return aws ? store.awsIdentity(aws.takesBearer && roleArn === undefined) : null;
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
