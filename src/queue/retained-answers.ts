import { Fifo } from "./fifo.ts";
import type { OutboxEntry } from "./outbox.ts";

/** How much is retained; the oldest goes first. */
export interface RetentionLimits {
  readonly answers: number;
  /** Characters of the answers' texts. */
  readonly characters: number;
}

/** Keeps the latest answers, to give the same request the same answer again (ARENA-11). */
export class RetainedAnswers {
  readonly #limits: RetentionLimits;
  readonly #entries = new Map<string, OutboxEntry>();
  readonly #order = new Fifo<string>();
  #characters = 0;

  constructor(limits: RetentionLimits) {
    this.#limits = limits;
  }

  get(key: string): OutboxEntry | undefined {
    return this.#entries.get(key);
  }

  /** Each key is added once: a request that has an answer here never runs again. */
  add(key: string, entry: OutboxEntry): void {
    this.#entries.set(key, entry);
    this.#order.push(key);
    this.#characters += entry.answer.text.length;
    while (
      this.#order.length > this.#limits.answers ||
      this.#characters > this.#limits.characters
    ) {
      this.#forgetOldest();
    }
  }

  #forgetOldest(): void {
    const key = this.#order.shift();
    const entry = key === undefined ? undefined : this.#entries.get(key);
    if (key === undefined || !entry) return;
    this.#entries.delete(key);
    this.#characters -= entry.answer.text.length;
  }
}
