import { SecretError } from "../errors/route-errors.ts";
import type { CachedDocument } from "./cached-document.ts";
import { readKeys } from "./read-keys.ts";
import { ResolvedSource } from "./resolved-source.ts";
import type { Secret } from "./secret.ts";
import { toSecret } from "./secret.ts";
import type { SecretSource } from "./secret-source.ts";
import { toVaultFailure } from "./vaults/vault-failure.ts";

/**
 * One provider's part of a secret with the keys of many. Nothing of the rest
 * can be had by it.
 */
export class ProviderKeys {
  readonly description: string;
  readonly #document: CachedDocument;
  readonly #scope: readonly string[];
  readonly #sources = new Map<string, SecretSource>();

  /** @param scope names; one that ends with `*` stands for all that begin so */
  constructor(description: string, document: CachedDocument, scope: readonly string[]) {
    this.description = description;
    this.#document = document;
    this.#scope = scope;
  }

  /**
   * What the secret holds of this provider now, by name; without what is no text or empty.
   * @throws SecretError when the secret cannot be read or is no flat JSON object
   */
  async get(signal: AbortSignal): Promise<ReadonlyMap<string, Secret>> {
    try {
      const keys = new Map<string, Secret>();
      for (const [name, value] of readKeys(await this.#document.get(signal))) {
        const secret = typeof value === "string" && this.#isOurs(name) ? toSecret(value) : "";
        if (typeof secret !== "string") keys.set(name, secret);
      }
      return keys;
    } catch (error) {
      signal.throwIfAborted();
      const { reason, problem } = toVaultFailure(error);
      throw new SecretError(this.description, reason, problem);
    }
  }

  /** One of the keys, as a source of its own. @throws SecretError when it is another provider's */
  source(name: string): SecretSource {
    const description = `${this.description} ${name}`;
    if (!this.#isOurs(name)) {
      const problem = `this provider may use ${this.#scope.join(", ")} only`;
      throw new SecretError(description, "invalid", problem);
    }
    const known = this.#sources.get(name);
    if (known) return known;
    const source = new ResolvedSource(description, this.#document, name);
    this.#sources.set(name, source);
    return source;
  }

  #isOurs(name: string): boolean {
    return this.#scope.some((entry) =>
      entry.endsWith("*") ? name.startsWith(entry.slice(0, -1)) : name === entry,
    );
  }
}
