import { parseReference } from "./parse-reference.ts";
import type { Secret } from "./secret.ts";
import { toSecret } from "./secret.ts";
import type { SecretReference } from "./secret-reference.ts";

/** What somebody wrote where a key belongs: a reference, the key itself, or something wrong. */
export type ParsedKey =
  | { readonly kind: "reference"; readonly reference: SecretReference }
  | { readonly kind: "text"; readonly secret: Secret }
  | { readonly kind: "problem"; readonly message: string };

/**
 * Reads an access key. What begins with a brace is a reference or a problem,
 * and never a key; a problem's message repeats nothing of the text.
 */
export function parseKey(text: string): ParsedKey {
  if (text.trimStart().startsWith("{")) return parseReference(text, "key");
  const secret = toSecret(text);
  if (typeof secret !== "string") return { kind: "text", secret };
  return { kind: "problem", message: secret };
}
