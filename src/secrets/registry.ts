import type { SecretScheme } from "./secret-scheme.ts";
import { awsScheme } from "./vaults/aws-scheme.ts";
import { azureScheme } from "./vaults/azure-scheme.ts";
import { environmentScheme } from "./vaults/environment-scheme.ts";
import { fileScheme } from "./vaults/file-scheme.ts";
import { vaultScheme } from "./vaults/vault-scheme.ts";

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
