import type { Profile } from "../providers/catalogue.ts";
import type { SecretSource } from "../secrets/secret-source.ts";

/** How a check went. What was not asked could not be, or need not be. */
export const verdicts = ["ok", "warning", "problem", "not asked"] as const;
export type Verdict = (typeof verdicts)[number];

/** What one check of a profile found out, without keys. */
export interface Finding {
  /** What was looked at, such as `key` or `model gpt-4o`. */
  readonly check: string;
  readonly verdict: Verdict;
  readonly detail: string;
  /** What to do; null where there is nothing to be done. */
  readonly remedy: string | null;
}

/** All is as it has to be. */
export function ok(check: string, detail: string): Finding {
  return { check, verdict: "ok", detail, remedy: null };
}

/** It works, or may work, and somebody should know this. */
export function warning(check: string, detail: string, remedy: string): Finding {
  return { check, verdict: "warning", detail, remedy };
}

/** A study would fail by this. */
export function problem(check: string, detail: string, remedy: string): Finding {
  return { check, verdict: "problem", detail, remedy };
}

/** Nobody was asked; the detail says why. */
export function notAsked(check: string, detail: string, remedy: string | null = null): Finding {
  return { check, verdict: "not asked", detail, remedy };
}

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
