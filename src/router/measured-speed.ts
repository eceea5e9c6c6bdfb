/** How much the newest measurement counts. */
const weight = 0.3;
/** A usual answer, for comparing what begins early with what runs fast. */
const usualTokens = 300;
const usualFirstTokenMs = 500;
/** Below this a rate says more about the network than about the model. */
const leastTokens = 8;

/** How fast a candidate answered lately: moving averages, the newest counting most. */
export class MeasuredSpeed {
  #firstTokenMs: number | null = null;
  #tokensPerSecond: number | null = null;

  get firstTokenMs(): number | null {
    return this.#firstTokenMs;
  }

  get tokensPerSecond(): number | null {
    return this.#tokensPerSecond;
  }

  /** An attempt's first content came after this time, or had not come when it was given up. */
  addFirstToken(milliseconds: number): void {
    this.#firstTokenMs = moved(this.#firstTokenMs, milliseconds);
  }

  /** What followed the first content. */
  addRate(tokens: number, milliseconds: number): void {
    if (tokens < leastTokens || milliseconds <= 0) return;
    this.#tokensPerSecond = moved(this.#tokensPerSecond, (tokens / milliseconds) * 1000);
  }

  /**
   * Milliseconds that an answer of usual length takes: as measured, and as the
   * price table says where nothing was. Null when neither knows anything.
   */
  expectedMs(tableSpeed: number | null): number | null {
    if (this.#firstTokenMs === null && tableSpeed === null) return null;
    const rate = this.#tokensPerSecond ?? tableSpeed;
    const begin = this.#firstTokenMs ?? usualFirstTokenMs;
    return rate === null ? begin : begin + (usualTokens / rate) * 1000;
  }
}

function moved(average: number | null, value: number): number {
  return average === null ? value : average + weight * (value - average);
}
