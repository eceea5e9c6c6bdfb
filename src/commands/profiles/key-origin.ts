import type { Profile } from "../../profiles/profile.ts";
import { providerNeeds } from "../../profiles/provider-needs.ts";

/** Where a profile's key is from, for people: a reference or a word, never the key. */
export function keyOrigin({ provider, accessKey, accessInfo }: Profile): string {
  if (accessInfo.keysFrom !== undefined) return `from ${accessInfo.keysFrom}`;
  if (accessKey === undefined) {
    return providerNeeds[provider].uses.includes("region") ? "identity of AWS" : "none";
  }
  // The file's check has made sure that what begins so is a reference.
  return accessKey.startsWith("{") ? accessKey : "text in the file";
}
