import { SecretError } from "../errors/route-errors.ts";
import type { CachedDocument } from "./cached-document.ts";
import { pickKey } from "./read-keys.ts";
import type { Secret } from "./secret.ts";
import { toSecret } from "./secret.ts";
import type { SecretSource } from "./secret-source.ts";
import { toVaultFailure, VaultFailure } from "./vaults/vault-failure.ts";

/** The vault is asked for one and the same refused key again after so long, then after twice that. */
const firstPauseMs = 10_000;
const maxPauseMs = 300_000;

/** A key in a vault's document: the whole text, or one key of several. */
export class ResolvedSource implements SecretSource {
  readonly description: string;
  readonly #document: CachedDocument;
  readonly #key: string | null;
  #text: string | null = null;
  #secret: Secret | null = null;
  #refused: Secret | null = null;
  #pauseMs = 0;
  #askAgainAt = 0;

  constructor(description: string, document: CachedDocument, key: string | null) {
    this.description = description;
    this.#document = document;
    this.#key = key;
  }

  async get(signal: AbortSignal): Promise<Secret> {
    try {
      const text = await this.#document.get(signal);
      // The same text holds the same key: it is not taken apart at each call.
      if (text === this.#text && this.#secret) return this.#secret;
      this.#secret = this.#pick(text);
      this.#text = text;
      return this.#secret;
    } catch (error) {
      signal.throwIfAborted();
      const { reason, problem } = toVaultFailure(error);
      throw new SecretError(this.description, reason, problem);
    }
  }

  refused(secret: Secret): void {
    const key = secret.reveal();
    // A call that began before the key was renewed.
    if (key !== this.#secret?.reveal()) return;
    const isConfirmed = key === this.#refused?.reveal();
    // A key may be revoked before the next one is stored, and a wrong one may stay for days.
    if (isConfirmed && Date.now() < this.#askAgainAt) return;
    this.#pauseMs = isConfirmed ? Math.min(this.#pauseMs * 2, maxPauseMs) : firstPauseMs;
    this.#askAgainAt = Date.now() + this.#pauseMs;
    this.#refused = secret;
    this.#document.refuse();
  }

  #pick(text: string): Secret {
    try {
      const secret = toSecret(this.#key === null ? text : pickKey(text, this.#key));
      if (typeof secret !== "string") return secret;
      throw new VaultFailure("unusable", `what is stored ${secret}`);
    } catch (error) {
      // Whoever mends the document does not want to wait until it is too old.
      this.#document.refuse();
      throw error;
    }
  }
}
