import { awsScheme } from "./aws-scheme.ts";
import { azureScheme } from "./azure-scheme.ts";
import { environmentScheme } from "./environment-scheme.ts";
import { fileScheme } from "./file-scheme.ts";
import type { SecretScheme } from "./secret-scheme.ts";
import { vaultScheme } from "./vault-scheme.ts";

/** The kinds of places where keys are kept, by the word that a reference begins with. */
export const secretSchemes = {
  Azure: azureScheme,
  AWS: awsScheme,
  Env: environmentScheme,
  File: fileScheme,
  Vault: vaultScheme,
} satisfies Record<string, SecretScheme>;

export type SchemeName = keyof typeof secretSchemes;

/** Whether a reference may begin with this word, in exactly these letters. */
export function isSchemeName(name: string): name is SchemeName {
  return Object.hasOwn(secretSchemes, name);
}
