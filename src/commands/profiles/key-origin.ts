import type { Profile } from "../../providers/catalogue.ts";
import { catalogue } from "../../providers/catalogue.ts";

/** How the keys that stand in the file are told of. */
export const textInFile = "text in the file";

/**
 * Where a profile's key is from, for people: a reference or a word, never the key.
 * @param azure the profiles that `AZURE_OPENAI_MODELS` makes
 */
export function keyOrigin(profile: Profile, azure: readonly Profile[]): string {
  const { provider, accessKey, accessInfo, allowedModels = [] } = profile;
  if (azure.includes(profile)) return `{Env:AZURE_OPENAI_API_KEY__${allowedModels[0]}}`;
  if (accessInfo.keysFrom !== undefined) return `from ${accessInfo.keysFrom}`;
  if (accessKey === undefined) {
    return catalogue[provider].aws ? "identity of AWS" : "none";
  }
  // The file's check has made sure that what begins so is a reference.
  return accessKey.startsWith("{") ? accessKey : textInFile;
}
