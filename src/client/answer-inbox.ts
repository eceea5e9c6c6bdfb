import type { modelAnswer } from "../generated/model.ts";

/** An answer and when it came (`performance.now()`). */
export interface Arrival {
  readonly answer: modelAnswer;
  readonly atMs: number;
}

/** Someone who waits for an answer. Call `forget` when done, in any case. */
export interface Expectation {
  readonly arrival: Promise<Arrival>;
  forget(): void;
}

interface Waiter {
  resolve(arrival: Arrival): void;
  reject(error: unknown): void;
}

/**
 * Hands each answer to who waits for its ids. Requests with the same ids are
 * the same request, so one answer serves all who wait for it; answers without
 * a messageID go to one waiter each, first come, first served (ARENA-11).
 */
export class AnswerInbox {
  readonly #waiters = new Map<string, Set<Waiter>>();

  /** Whether anybody waits. */
  get isAwaited(): boolean {
    return this.#waiters.size > 0;
  }

  /** Begins to wait for the answer with these ids. */
  expect(sessionID: string, messageID: string): Expectation {
    const key = toKey(sessionID, messageID);
    const waiters = this.#waiters.get(key) ?? new Set();
    this.#waiters.set(key, waiters);
    const { promise, resolve, reject } = Promise.withResolvers<Arrival>();
    // Whoever forgot must not hear of a later failure as an unhandled rejection.
    promise.catch(() => {});
    const waiter = { resolve, reject };
    waiters.add(waiter);
    return { arrival: promise, forget: () => this.#forget(key, waiter) };
  }

  /** Hands an answer over; false when nobody waits for it. */
  deliver(answer: modelAnswer): boolean {
    const key = toKey(answer.sessionID, answer.messageID);
    const [...waiters] = this.#waiters.get(key) ?? [];
    const served = answer.messageID === "" ? waiters.slice(0, 1) : waiters;
    for (const waiter of served) {
      waiter.resolve({ answer, atMs: performance.now() });
      this.#forget(key, waiter);
    }
    return served.length > 0;
  }

  /** Tells all who wait that nothing will come. */
  fail(error: unknown): void {
    for (const waiters of this.#waiters.values()) {
      for (const waiter of waiters) waiter.reject(error);
    }
    this.#waiters.clear();
  }

  #forget(key: string, waiter: Waiter): void {
    const waiters = this.#waiters.get(key);
    waiters?.delete(waiter);
    if (waiters?.size === 0) this.#waiters.delete(key);
  }
}

function toKey(sessionID: string, messageID: string): string {
  return JSON.stringify([sessionID, messageID]);
}
