import { catalogue } from "../../providers/catalogue.ts";
import type { PartialProfile } from "../schema/profile-schema.ts";
import { writtenKeys } from "../written-keys.ts";
import type { Mistake } from "./mistake.ts";

/** How keys are checked: what is wrong with one, in words that do not quote it, or null. */
export interface KeyChecks {
  /** A key, or a reference such as `{AWS:Secret:Key}`. */
  readonly checkKey: (text: string) => string | null;
  /** A reference to a secret of many keys, such as `{AWS:Secret}`. */
  readonly checkKeysFrom: (text: string) => string | null;
}

const keyPlaces = [["accessKey"], ["accessInfo", "apiKey"], ["accessInfo", "keysFrom"]];

/** What is wrong with a profile's key: its form, its place, or that there is none. */
export function checkKeys(profile: PartialProfile, checks: KeyChecks): Mistake[] {
  const keysFrom = profile.accessInfo?.keysFrom;
  const places = [
    ...(keysFrom === undefined
      ? []
      : [{ path: ["accessInfo", "keysFrom"], message: keysFromProblem(keysFrom, checks) }]),
    ...writtenKeys(profile).map(({ path, text }) => ({ path, message: keyProblem(text, checks) })),
  ];
  const [first, second] = places;
  return [
    ...places.flatMap(({ path, message }) => (message ? [{ path, message }] : [])),
    ...(first && second
      ? [
          {
            path: second.path,
            message: `stands there beside ${first.path.join(".")}; keep one place for the key`,
          },
        ]
      : []),
    ...checkNeed(profile, first?.path),
  ];
}

function keyProblem(text: string, { checkKey }: KeyChecks): string | null {
  if (text.startsWith("$")) {
    return 'expected a key or a reference; variables are not filled in here, so write "{Env:NAME}"';
  }
  if (/^(?:azure|aws|env|file|vault):/i.test(text)) {
    return 'expected a key, got a reference without braces; write it as "{Env:NAME}", in quotes';
  }
  const problem = checkKey(text);
  if (problem) return problem;
  // Neither could be sent: an HTTP header takes visible ASCII only.
  if (text.startsWith("{") || /^[\x21-\x7e]*$/.test(text)) return null;
  return "holds a blank or a letter that no key has; copy the key again, or write a reference";
}

function keysFromProblem(text: string, { checkKeysFrom }: KeyChecks): string | null {
  return text.startsWith("{")
    ? checkKeysFrom(text)
    : "expected a reference such as {AWS:Secret}; a key itself is an accessKey";
}

function checkNeed({ provider }: PartialProfile, path: readonly string[] | undefined): Mistake[] {
  if (!provider || path || catalogue[provider].key === "possible") return [];
  const { title } = catalogue[provider];
  const message = `is missing, and ${title} needs a key; write a reference such as "{Env:NAME}"`;
  return [{ path: ["accessKey"], message, follows: keyPlaces }];
}
