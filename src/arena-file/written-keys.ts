import type { PartialProfile } from "./schema/profile-schema.ts";

/** A key as it was written, and where in its profile. */
export interface WrittenKey {
  readonly path: readonly string[];
  readonly text: string;
}

/** All the places in which a profile's key was written: one, if it is right. */
export function writtenKeys({ accessKey, accessInfo }: PartialProfile): WrittenKey[] {
  const keys: WrittenKey[] = [];
  if (typeof accessKey === "string") keys.push({ path: ["accessKey"], text: accessKey });
  else if (accessKey) keys.push({ path: ["accessKey", "apiKey"], text: accessKey.apiKey });
  const apiKey = accessInfo?.apiKey;
  if (apiKey !== undefined) keys.push({ path: ["accessInfo", "apiKey"], text: apiKey });
  return keys;
}
