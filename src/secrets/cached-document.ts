import { orAborted } from "../async/or-aborted.ts";
import type { Logger } from "../data-models/request-context.ts";
import { toVaultFailure, VaultFailure } from "./vaults/vault-failure.ts";

/** How long a document is good for, and how much its vault is asked. */
export interface CacheTimes {
  /** A document is asked for again when it is older. */
  readonly ttlMs: number;
  /** A vault that has not answered by then is away. */
  readonly callTimeoutMs: number;
  /** After a failure the vault is left alone for so long. */
  readonly retryAfterMs: number;
  /** Least time between two calls that are made because a key was refused. */
  readonly refusalIntervalMs: number;
}

/** What a document is read with, and how it is called in the log. */
export interface CachedDocumentOptions {
  readonly description: string;
  readonly read: (signal: AbortSignal) => Promise<string>;
  readonly times: CacheTimes;
  readonly logger: Logger;
}

/**
 * A vault's document, remembered for a while. Callers share one call to the
 * vault, and the last good text stays while the vault is away or refuses; only
 * when it says that the document is gone or useless is it gone here as well.
 */
export class CachedDocument {
  readonly #options: CachedDocumentOptions;
  #text: string | null = null;
  #fetchedAt = 0;
  #failure: VaultFailure | null = null;
  #failedAt = 0;
  #isRefused = false;
  #forcedAt = Number.NEGATIVE_INFINITY;
  #underWay: Promise<void> | null = null;

  constructor(options: CachedDocumentOptions) {
    this.#options = options;
  }

  /** @throws VaultFailure when there is no text, or the signal's reason */
  async get(signal: AbortSignal): Promise<string> {
    signal.throwIfAborted();
    if (this.#isDue()) this.#underWay ??= this.#refresh();
    // Nobody waits again for a vault that was away, while there is a text to go on with.
    const mustWait = this.#text === null || this.#failure === null;
    if (this.#underWay && mustWait) await orAborted(this.#underWay, signal);
    if (this.#text !== null) return this.#text;
    throw this.#failure ?? new VaultFailure("away", "the vault was not asked");
  }

  /** A key of this text was refused: the next `get` asks the vault, unless that was done a moment ago. */
  refuse(): void {
    this.#isRefused = true;
  }

  #isDue(): boolean {
    const { ttlMs, retryAfterMs, refusalIntervalMs } = this.#options.times;
    const now = Date.now();
    if (this.#failure) return now - this.#failedAt >= retryAfterMs;
    if (this.#text === null || now - this.#fetchedAt >= ttlMs) return true;
    return this.#isRefused && now - this.#forcedAt >= refusalIntervalMs;
  }

  async #refresh(): Promise<void> {
    if (this.#isRefused) this.#forcedAt = Date.now();
    this.#isRefused = false;
    try {
      this.#text = await this.#read();
      this.#fetchedAt = Date.now();
      this.#succeeded();
    } catch (error) {
      this.#failed(toVaultFailure(error));
    } finally {
      this.#underWay = null;
    }
  }

  /** Reads within the time limit, also when what reads does not listen to its signal. */
  async #read(): Promise<string> {
    const { read, times } = this.#options;
    const limit = new AbortController();
    const problem = `the vault has not answered within ${times.callTimeoutMs} ms`;
    const timer = setTimeout(
      () => limit.abort(new VaultFailure("away", problem)),
      times.callTimeoutMs,
    );
    try {
      return await orAborted(read(limit.signal), limit.signal);
    } catch (error) {
      limit.signal.throwIfAborted();
      throw error;
    } finally {
      clearTimeout(timer);
    }
  }

  #succeeded(): void {
    const { logger, description } = this.#options;
    if (this.#failure) logger.info({ secret: description }, "a secret can be read again");
    this.#failure = null;
  }

  #failed(failure: VaultFailure): void {
    const { logger, description } = this.#options;
    const mayKeep = failure.reason === "away" || failure.reason === "denied";
    if (!mayKeep) this.#text = null;
    if (!this.#failure && this.#text !== null) {
      const fields = { secret: description, problem: failure.problem };
      logger.warn(fields, "a secret cannot be read; the last good value stays in use");
    }
    this.#failure = failure;
    this.#failedAt = Date.now();
  }
}
