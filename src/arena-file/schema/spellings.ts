/** Words that the documents use for a key of ours, beside its own three spellings. */
const otherNames: Readonly<Record<string, string>> = {
  model_provider: "provider",
  workspace_name: "name",
  user_name: "user",
  model_profiles: "profiles",
  account_type: "account",
};

/** `accessInfo` as the documents spell it in YAML: `access_info`. */
export function toSnakeCase(key: string): string {
  return key.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}

/** `accessInfo` as the documents spell it in messages: `AccessInfo`. */
export function toPascalCase(key: string): string {
  return key.charAt(0).toUpperCase() + key.slice(1);
}

/** All the ways to write a key, its own first. */
export function spellingsOf(key: string): string[] {
  const others = Object.entries(otherNames).flatMap(([other, own]) => (own === key ? [other] : []));
  return [...new Set([key, toSnakeCase(key), toPascalCase(key), ...others])];
}

/** Which of these keys is meant by what was written; undefined if it is none of them. */
export function keyOfSpelling(written: string, keys: readonly string[]): string | undefined {
  return keys.find((key) => spellingsOf(key).includes(written));
}
