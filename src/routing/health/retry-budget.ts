/** What a candidate that was not asked for long may have saved up. */
const most = 10;

/**
 * Bounds retries to a part of the first attempts: a provider that is down gets
 * little more than its usual load. First attempts save, retries spend.
 */
export class RetryBudget {
  readonly #perAttempt: number;
  #tokens = most;

  /** @param perAttempt retries that one first attempt is worth */
  constructor(perAttempt: number) {
    this.#perAttempt = perAttempt;
    if (perAttempt === 0) this.#tokens = 0;
  }

  save(): void {
    this.#tokens = Math.min(most, this.#tokens + this.#perAttempt);
  }

  /** Whether a retry may be made; it is spent if so. */
  spend(): boolean {
    if (this.#tokens < 1) return false;
    this.#tokens -= 1;
    return true;
  }
}
