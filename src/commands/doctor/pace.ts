/** How long the doctor waits at least. */
export interface Timeouts {
  /** For a call to return. */
  readonly callMs: number;
  /** For an answer, while no other answer comes. */
  readonly answerMs: number;
  /** Until it believes that nothing more comes. */
  readonly quietMs: number;
  /** For the `Empty` of predict before it counts as a predict that waits. */
  readonly promptMs: number;
  /** Below this, an answer comes too quickly for the doctor to see where its time went. */
  readonly quickMs: number;
}

/** More requests than these are never under way at once. */
const MAX_AT_ONCE = 16;

/**
 * How fast the container is, and how long to wait for it therefore. A container
 * may work through everything one by one, so a wait is for all that is under way.
 */
export class Pace {
  readonly #timeouts: Timeouts;
  readonly #aloneMs: number[] = [];

  constructor(timeouts: Timeouts) {
    this.#timeouts = timeouts;
  }

  /** How long an answer takes when nothing else is asked: the slowest seen; 0 when none was. */
  get aloneMs(): number {
    return Math.max(0, ...this.#aloneMs);
  }

  /** Whether answers come too quickly for the doctor to see where their time went. */
  get isQuick(): boolean {
    return this.aloneMs < this.#timeouts.quickMs;
  }

  /** How long a call may take. */
  get callMs(): number {
    return Math.max(this.#timeouts.callMs, this.#forAll(MAX_AT_ONCE));
  }

  /** Takes down how long an answer took when nothing else was asked. */
  add(aloneMs: number): void {
    this.#aloneMs.push(aloneMs);
  }

  /** How long an answer may take, while `open` requests are not answered. */
  answerMs(open: number): number {
    return Math.max(this.#timeouts.answerMs, this.#forAll(open));
  }

  /** How long it may take an answer that should not come. */
  quietMs(open: number): number {
    return Math.max(this.#timeouts.quietMs, this.#forAll(open));
  }

  /** One more than there are, for what nobody knows of. */
  #forAll(open: number): number {
    return this.aloneMs * (open + 1);
  }
}
