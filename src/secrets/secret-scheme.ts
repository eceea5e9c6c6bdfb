/** One of the parts of a reference. */
export interface ReferencePart {
  /** As it is called in the form, such as `Vault`. */
  readonly name: string;
  readonly pattern: RegExp;
  /** What the pattern asks for, in words. */
  readonly expected: string;
}

/**
 * One way to write a reference: parts that name a document, and the part that
 * names the key within it where documents hold several. `holds` says whether
 * one key is meant or all of them; forms with the same `holds` differ in their
 * number of parts.
 */
export interface ReferenceForm {
  readonly holds: "key" | "keys";
  readonly address: readonly ReferencePart[];
  readonly key?: ReferencePart;
}

/** What resolvers need of their surroundings. */
export interface ResolverOptions {
  /** The environment's variables; an empty one is undefined. */
  readonly environment: (name: string) => string | undefined;
  /** How Azure is reached otherwise than by its public names and the machine's own identity. */
  readonly azure?: AzureOverride;
}

/** Other vaults and another identity than Azure's usual ones. */
export interface AzureOverride {
  readonly vaultUrl: (vault: string) => string;
  readonly credential: {
    getToken(scopes: string | string[]): Promise<{ token: string; expiresOnTimestamp: number }>;
  };
}

/** Reads documents out of one kind of vault. */
export interface SecretResolver {
  /**
   * The document's text as it is now.
   * @throws VaultFailure, or anything else when the vault cannot be reached
   */
  read(address: readonly string[], signal: AbortSignal): Promise<string>;
}

/** A kind of place where keys are kept. */
export interface SecretScheme {
  readonly forms: readonly ReferenceForm[];
  /** Makes what reads there. SDKs are imported and vaults asked only by its `read`. */
  readonly createResolver: (options: ResolverOptions) => SecretResolver;
}
