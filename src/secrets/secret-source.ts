import type { Secret } from "./secret.ts";

/** Where a provider's key comes from, asked at each call. */
export interface SecretSource {
  /** Where the key is, for people: a reference, or `text` for a key that was written down; never the key. */
  readonly description: string;
  /**
   * The key as it is now: cached for a while, the last good one while its vault
   * is away.
   * @throws SecretError when there is none
   */
  get(signal: AbortSignal): Promise<Secret>;
  /** The provider refused this key: the next `get` asks the vault again. */
  refused(secret: Secret): void;
}

/** A key that was written down; it can be renewed only where it was written. */
export function fixedSource(description: string, secret: Secret): SecretSource {
  return {
    description,
    get: async (signal) => {
      signal.throwIfAborted();
      return secret;
    },
    refused: () => {},
  };
}
