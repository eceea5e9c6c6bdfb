import type { ProviderError } from "../errors/provider-error.ts";

/** Waits, and rejects as soon as `signal` aborts. */
export type Wait = (delayMs: number, signal: AbortSignal) => Promise<unknown>;

/** A failed attempt, and how long the provider asks to be left alone. */
export interface FailedAttempt {
  readonly error: ProviderError;
  readonly retryAfterMs: number;
}

/** How attempts are repeated. */
export interface RetryOptions {
  readonly signal: AbortSignal;
  /** No attempt begins after it. */
  readonly deadline: Date;
  readonly wait: Wait;
  /** Reads what an attempt threw. */
  readonly toFailure: (thrown: unknown) => FailedAttempt;
}

const mostRetries = 2;
const firstDelayMs = 500;

/**
 * Runs `attempt` up to three times while its failures may pass. It gives up at
 * once, with the signal's reason, when nobody waits any longer.
 */
export async function withRetries<Result>(
  attempt: () => Promise<Result>,
  { signal, deadline, wait, toFailure }: RetryOptions,
): Promise<Result> {
  for (let retries = 0; ; retries++) {
    signal.throwIfAborted();
    try {
      return await attempt();
    } catch (thrown) {
      signal.throwIfAborted();
      const { error, retryAfterMs } = toFailure(thrown);
      const delayMs = Math.max(retryAfterMs, firstDelayMs * 2 ** retries * (1 + Math.random()));
      const isLate = Date.now() + delayMs >= deadline.getTime();
      // A timeout has used up the time that a second attempt would need.
      const canPass = error.retryable && error.code !== "DEADLINE_EXCEEDED";
      if (!canPass || isLate || retries === mostRetries) throw error;
      await wait(delayMs, signal).catch(() => signal.throwIfAborted());
    }
  }
}
