import { withoutKeys } from "../../text/without-keys.ts";

/** Looks like a key, or like one that its reader has masked in part. */
const keyLike = /^(sk|pk|rk|key|Bearer)[-_][\w-]{8,}|\*{3,}/i;

/** So much of a key's start gives it away. */
const tellingLength = 6;

/**
 * Takes keys, whole, in part or encoded, and inline images out of what a foreign
 * system said, and cuts it to the length of a log line.
 */
export function withoutSecrets(text: string, secrets: readonly string[]): string {
  return withoutKeys(text.slice(0, 2000), secrets)
    .split(/([\s"'`,;()<>{}]+)/)
    .map((word) => (isTelling(word, secrets) ? "[secret]" : word))
    .join("")
    .replaceAll(/data:[\w/+.-]*[;,]\S*/g, "[data]")
    .slice(0, 300);
}

function isTelling(word: string, secrets: readonly string[]): boolean {
  if (keyLike.test(word)) return true;
  return secrets.some(
    (secret) =>
      secret.length > tellingLength &&
      (word.includes(secret.slice(0, tellingLength)) ||
        word.includes(secret.slice(-tellingLength))),
  );
}
