import type { Clock } from "../call/clock.ts";

/** How much the newest measurement counts. */
const weight = 0.3;
/** A usual answer, for comparing what begins early with what runs fast. */
const usualTokens = 300;
const usualFirstTokenMs = 500;
/** Below this a rate says more about the network than about the model. */
const minTokens = 8;
/** How old a measurement may be before somebody finds out anew; it doubles each time that this was in vain. */
const minPauseMs = 15_000;
const maxPauseMs = 600_000;

/**
 * How fast a candidate answered lately: moving averages, the newest counting
 * most. Who is not asked because it was slow once is measured anew after a while.
 */
export class MeasuredSpeed {
  readonly #clock: Clock;
  readonly #firstTokenMs = new MovingAverage();
  readonly #tokensPerSecond = new MovingAverage();
  #restMs = minPauseMs;
  #dueAt: number;

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#dueAt = clock.now() + this.#restMs;
  }

  get firstTokenMs(): number | null {
    return this.#firstTokenMs.value;
  }

  get tokensPerSecond(): number | null {
    return this.#tokensPerSecond.value;
  }

  /** An attempt's first content came after this time. */
  addFirstToken(milliseconds: number): void {
    this.#firstTokenMs.add(milliseconds);
    this.#dueAt = this.#clock.now() + this.#restMs;
  }

  /** An attempt was given up, and taken for one whose first content came after this time. It makes nobody faster. */
  addSilence(milliseconds: number): void {
    this.addFirstToken(Math.max(milliseconds, this.firstTokenMs ?? 0));
  }

  /** What followed the first content. */
  addRate(tokens: number, milliseconds: number): void {
    if (tokens < minTokens || milliseconds <= 0) return;
    this.#tokensPerSecond.add((tokens / milliseconds) * 1000);
  }

  /**
   * Milliseconds that an answer of usual length takes: as measured, and as the
   * price table says where nothing was. Null when neither knows anything.
   */
  expectedMs(tableSpeed: number | null): number | null {
    if (this.firstTokenMs === null && tableSpeed === null) return null;
    const rate = this.tokensPerSecond ?? tableSpeed;
    const begin = this.firstTokenMs ?? usualFirstTokenMs;
    return rate === null ? begin : begin + (usualTokens / rate) * 1000;
  }

  /** Whether it was not measured for so long that a request may find out. */
  get isDue(): boolean {
    return this.#clock.now() >= this.#dueAt;
  }

  /** A request finds out: the only one for a while, and what it measures stands in the place of what is old. */
  probe(): void {
    this.#restMs = Math.min(this.#restMs * 2, maxPauseMs);
    this.#dueAt = this.#clock.now() + this.#restMs;
    this.#firstTokenMs.expire();
    this.#tokensPerSecond.expire();
  }

  /** It is the fastest now: should it be slow once, somebody finds out soon. */
  lead(): void {
    this.#restMs = minPauseMs;
  }
}

/** An average that moves with every value, and is replaced by the next one when it has expired. */
class MovingAverage {
  value: number | null = null;
  #hasExpired = false;

  add(value: number): void {
    const share = this.value === null || this.#hasExpired ? 1 : weight;
    const before = this.value ?? value;
    this.value = before + share * (value - before);
    this.#hasExpired = false;
  }

  expire(): void {
    this.#hasExpired = true;
  }
}
