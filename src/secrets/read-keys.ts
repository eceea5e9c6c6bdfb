import { VaultFailure } from "./vaults/vault-failure.ts";

/**
 * What may be shown of a name: words, as variables have them (`OPENAI_API_KEY`,
 * with a model's id behind it) or as people do (`api-key`). Who mixes up names
 * and keys has no key in the log.
 */
const namePattern =
  /^(?:[A-Z][A-Z0-9]{0,14}(?:_[A-Z0-9]{1,15}){0,7}(?:__[a-z][\w.-]{0,31})?|(?=.{1,24}$)[A-Za-z][a-z]*(?:[A-Z_.-][a-z]+){0,3})$/;
const shownNames = 20;

/**
 * The texts of a flat JSON object by their names.
 * @throws VaultFailure when the document is something else
 */
export function readKeys(document: string): ReadonlyMap<string, unknown> {
  if (document.trim() === "") {
    const problem =
      'the secret\'s text is empty; store a JSON object such as {"KEY_NAME": "…"}, and {} for no keys yet';
    throw new VaultFailure("unusable", problem);
  }
  const parsed = parse(document);
  if (parsed === undefined) {
    const problem =
      'the secret is one plain text and has no keys within; store a JSON object such as {"KEY_NAME": "…"}';
    throw new VaultFailure("unusable", problem);
  }
  if (typeof parsed !== "object" || parsed === null || Array.isArray(parsed)) {
    const problem = `the secret is JSON, but ${kindOf(parsed)}; store an object such as {"KEY_NAME": "…"}`;
    throw new VaultFailure("unusable", problem);
  }
  return new Map(Object.entries(parsed));
}

/**
 * One key out of a document with several.
 * @throws VaultFailure when it is not there, with the names of those that are
 */
export function pickKey(document: string, name: string): string {
  const keys = readKeys(document);
  const value = keys.get(name);
  if (value === undefined) {
    throw new VaultFailure(
      "missing",
      `the secret has no such key; it has ${listNames([...keys.keys()])}`,
    );
  }
  if (typeof value === "string") return value;
  const problem = `this key's value is ${kindOf(value)}; a text was expected, so put it in quotes`;
  throw new VaultFailure("unusable", problem);
}

/** The names of keys for people: not all of very many, and none that looks odd. */
function listNames(names: readonly string[]): string {
  const shown = names.filter((name) => namePattern.test(name)).slice(0, shownNames);
  const rest = names.length - shown.length;
  if (rest === 0) return shown.length === 0 ? "none" : shown.join(", ");
  const others = `${rest} other${rest === 1 ? "" : "s"}`;
  return shown.length === 0 ? others : `${shown.join(", ")} and ${rest} more`;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function kindOf(value: unknown): string {
  if (value === null) return "null";
  if (Array.isArray(value)) return "a list";
  return typeof value === "object" ? "an object" : `a ${typeof value}`;
}
