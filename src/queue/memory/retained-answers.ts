import type { Answer } from "../request-queue.ts";

/** About how much is retained; the oldest half goes first. */
export interface RetentionLimits {
  readonly answers: number;
  /** Characters of texts and ids. */
  readonly characters: number;
}

/**
 * Keeps the latest answers, to give the same request the same answer again
 * (ARENA-11). Two generations, of which the older one is dropped whole, cost
 * less than a list that forgets one by one.
 */
export class RetainedAnswers {
  readonly #limits: RetentionLimits;
  #older = new Map<string, Answer>();
  #newer = new Map<string, Answer>();
  #characters = 0;

  constructor(limits: RetentionLimits) {
    this.#limits = limits;
  }

  get(key: string): Answer | undefined {
    return this.#newer.get(key) ?? this.#older.get(key);
  }

  add(key: string, answer: Answer): void {
    const { answers, characters } = this.#limits;
    const length = key.length + answer.text.length;
    if (this.#newer.size >= answers / 2 || this.#characters + length > characters / 2) {
      this.#older = this.#newer;
      this.#newer = new Map();
      this.#characters = 0;
    }
    this.#newer.set(key, answer);
    this.#characters += length;
  }
}
