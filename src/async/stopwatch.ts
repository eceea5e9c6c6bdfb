/**
 * How long ago something was, by whichever clock says longer: the wall clock may
 * be set back, and the other one stands still while the machine sleeps.
 */
export class Stopwatch {
  readonly #wall = Date.now();
  readonly #steady = performance.now();

  /** Whole milliseconds. */
  get elapsedMs(): number {
    return Math.max(Date.now() - this.#wall, Math.floor(performance.now() - this.#steady));
  }
}
