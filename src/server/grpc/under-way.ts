import { Change } from "../../queue/change.ts";
import { charactersOf } from "../../queue/outbox.ts";
import type { Delivery } from "../../queue/request-queue.ts";

/** What may be under way to a client that does not read, before its stream waits for it. */
const window = { answers: 1000, characters: 8 * 2 ** 20 };

/** Deliveries that were written and are not acknowledged, in their order. */
export class UnderWay {
  readonly #deliveries = new Set<Delivery>();
  readonly #change = new Change();
  #characters = 0;

  add(delivery: Delivery): void {
    this.#deliveries.add(delivery);
    this.#characters += charactersOf(delivery);
  }

  /** False when it was not here any more. */
  remove(delivery: Delivery): boolean {
    if (!this.#deliveries.delete(delivery)) return false;
    this.#characters -= charactersOf(delivery);
    this.#change.notify();
    return true;
  }

  /** Gives everything back to the queue. */
  releaseAll(): void {
    for (const delivery of this.#deliveries) {
      this.remove(delivery);
      delivery.release();
    }
  }

  /** Whether one more may be written now. */
  get hasRoom(): boolean {
    return this.#deliveries.size < window.answers && this.#characters < window.characters;
  }

  /** Resolves when there is room, or when `signal` aborts. */
  onRoom(signal: AbortSignal): Promise<void> {
    return this.#change.until(() => this.hasRoom, signal);
  }

  /** Resolves when everything is acknowledged, or when `signal` aborts. */
  onEmpty(signal: AbortSignal): Promise<void> {
    return this.#change.until(() => this.#deliveries.size === 0, signal);
  }
}
