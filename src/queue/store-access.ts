import { setTimeout as sleep } from "node:timers/promises";
import type { Logger } from "../data-models/logger.ts";
import { ConfigurationError } from "../errors/configuration-error.ts";
import { neverAborted } from "./never-aborted.ts";

/** Waits between two attempts grow from the first to the second of these. */
const backoffMs = { least: 50, most: 2000 };
/** A store that stays away is mentioned this often. */
const reminderMs = 30_000;

/** When a call is given up. */
export interface CallOptions {
  readonly patienceMs?: number;
  readonly signal?: AbortSignal;
}

/** Hears when the store goes away, and when it is back. */
export interface StoreListener {
  readonly onAway: () => void;
  readonly onBack: () => void;
}

/** A call was given up because the store was away for too long. */
export class StoreAwayError extends Error {
  override readonly name = "StoreAwayError";
}

/** Calls a store until it does what it is told: a store that is away for a while loses nothing. */
export class StoreAccess {
  readonly #logger: Logger;
  readonly #listener: StoreListener;
  #retry = new AbortController();
  #reach = new AbortController();
  #awaySince: number | null = null;
  #mentionedAt = 0;
  #mostPatienceMs = Number.POSITIVE_INFINITY;

  constructor(logger: Logger, listener: StoreListener) {
    this.#logger = logger;
    this.#listener = listener;
  }

  /** Whether the last call failed. */
  get isAway(): boolean {
    return this.#awaySince !== null;
  }

  /** Aborts when a call fails: what waits for the store would wait for long. */
  get reach(): AbortSignal {
    return this.#reach.signal;
  }

  /**
   * Makes the call again and again until it succeeds.
   * @throws StoreAwayError when the store has been away for `patienceMs`, or `signal` aborts
   */
  async call<Result>(
    work: (isRetry: boolean) => Promise<Result>,
    { patienceMs = Number.POSITIVE_INFINITY, signal = neverAborted }: CallOptions = {},
  ): Promise<Result> {
    const begin = Date.now();
    for (let attempt = 0; ; attempt++) {
      try {
        const result = await work(attempt > 0);
        this.#succeeded();
        return result;
      } catch (error) {
        // What only an operator can mend is not tried again.
        if (error instanceof ConfigurationError) throw error;
        // A store may be silent for long before anybody knows that it is away.
        const awayMs = Math.max(this.#failed(error), Date.now() - begin);
        if (signal.aborted || awayMs >= Math.min(patienceMs, this.#mostPatienceMs)) {
          throw new StoreAwayError("the queue's store is away", { cause: error });
        }
        await this.#pause(attempt, signal);
      }
    }
  }

  /** Ends the waiting of all calls: the store may be reachable again. */
  retryNow(): void {
    this.#retry.abort();
    this.#retry = new AbortController();
  }

  /** From now on no call waits longer than this for a store that is away. */
  limitPatience(patienceMs: number): void {
    this.#mostPatienceMs = patienceMs;
    this.retryNow();
  }

  async #pause(attempt: number, signal: AbortSignal): Promise<void> {
    const longest = Math.min(backoffMs.most, backoffMs.least * 2 ** attempt);
    const waitMs = longest * (0.5 + Math.random() / 2);
    // The end of the waiting is all that an abort means here.
    const either = AbortSignal.any([this.#retry.signal, signal]);
    await sleep(waitMs, undefined, { signal: either }).catch(() => {});
  }

  /** How long the store has been away. */
  #failed(error: unknown): number {
    const now = Date.now();
    if (this.#awaySince === null) {
      this.#awaySince = now;
      this.#reach.abort();
      this.#listener.onAway();
    }
    const awayMs = now - this.#awaySince;
    if (now - this.#mentionedAt >= reminderMs) {
      this.#mentionedAt = now;
      this.#logger.error({ err: error, awayMs }, "the queue's store cannot be used; trying again");
    }
    return awayMs;
  }

  #succeeded(): void {
    if (this.#awaySince === null) return;
    this.#logger.info({ awayMs: Date.now() - this.#awaySince }, "the queue's store is back");
    this.#awaySince = null;
    this.#mentionedAt = 0;
    this.#reach = new AbortController();
    this.retryNow();
    this.#listener.onBack();
  }
}

/** What a call returns, or undefined when it was given up because the store was away. */
export async function ifReachable<Result>(call: Promise<Result>): Promise<Result | undefined> {
  try {
    return await call;
  } catch (error) {
    if (error instanceof StoreAwayError) return undefined;
    throw error;
  }
}
