import type { Profile } from "../profiles/profile.ts";
import type { SecretSource } from "../secrets/secret-source.ts";

/** One profile under examination, and what its checks work with. */
export interface Examination {
  readonly profile: Profile;
  /** Null where the profile has no key. */
  readonly keys: SecretSource | null;
  /** Aborts when the profile's time is over. */
  readonly signal: AbortSignal;
  /** The environment's variables; an empty one is undefined. */
  readonly environment: (name: string) => string | undefined;
}
