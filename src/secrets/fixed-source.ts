import type { Secret } from "./secret.ts";
import type { SecretSource } from "./secret-source.ts";

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
