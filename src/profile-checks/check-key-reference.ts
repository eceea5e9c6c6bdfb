import { keyNamesOf, keysOf } from "../access/profile-keys.ts";
import type { Profile } from "../providers/catalogue.ts";
import { catalogue } from "../providers/catalogue.ts";
import type { Secret } from "../secrets/secret.ts";
import type { SecretSource } from "../secrets/secret-source.ts";
import type { SecretStore } from "../secrets/secret-store.ts";
import { ask } from "./ask.ts";
import { type Finding, notAsked, ok } from "./finding.ts";

const check = "reference";

/** Whether a profile's key can be had, and what may not be printed. */
export interface KeyReference {
  readonly finding: Finding;
  /** Whether the other checks have what they need. */
  readonly isUsable: boolean;
  readonly keys: SecretSource | null;
  readonly secrets: readonly Secret[];
}

/** Resolves a profile's reference, or reads the secret with the keys of many vendors. */
export async function checkKeyReference(
  profile: Profile,
  store: SecretStore,
  signal: AbortSignal,
): Promise<KeyReference> {
  const { keysFrom } = profile.accessInfo;
  const answer = await ask(check, signal, async () => {
    const keys = keysOf(profile, store);
    if (keys === null) return { keys, finding: notAsked(check, noKeyOf(profile)), secrets: [] };
    const held = keysFrom === undefined ? null : await store.keysFrom(keysFrom, ["*"]).get(signal);
    const secret = await keys.get(signal);
    const secrets = [secret, ...(held?.values() ?? [])];
    return { keys, finding: ok(check, detailOf(profile, keys, held)), secrets };
  });
  if (answer.isAnswered) return { ...answer.value, isUsable: true };
  return { finding: answer.finding, isUsable: false, keys: null, secrets: [] };
}

function noKeyOf({ provider }: Profile): string {
  return catalogue[provider].aws ? "no key; the identity of this machine is used" : "no key";
}

function detailOf(
  profile: Profile,
  { description }: SecretSource,
  held: ReadonlyMap<string, Secret> | null,
): string {
  if (held === null) return description === "text" ? "text in the file" : `${description} is there`;
  const used = keyNamesOf(profile).find((name) => held.has(name));
  return `${profile.accessInfo.keysFrom} holds ${listNames([...held.keys()])}; ${used} is used`;
}

/** As variables are called, with the id of a model; whoever swaps names and keys has no key in the table. */
const namePattern = /^[A-Z][A-Z0-9_]{1,63}(?:__[\w.-]{1,32})?$/;

function listNames(names: readonly string[]): string {
  const shown = names.filter((name) => namePattern.test(name)).slice(0, 12);
  const rest = names.length - shown.length;
  return [...shown, ...(rest > 0 ? [`${rest} more`] : [])].join(", ");
}
