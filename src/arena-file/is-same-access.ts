import { isDeepStrictEqual } from "node:util";
import type { Profile } from "../providers/catalogue.ts";

/** Whether two profiles are one access: they differ in name and allowed models at most. */
export function isSameAccess(one: Profile, other: Profile): boolean {
  return (
    one.provider === other.provider &&
    one.accessKey === other.accessKey &&
    isDeepStrictEqual(one.accessInfo, other.accessInfo)
  );
}
