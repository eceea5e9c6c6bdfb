import { Change } from "../../../async/change.ts";
import { charactersOf } from "../../../queue/memory/delivery-list.ts";
import type { Delivery } from "../../../queue/request-queue.ts";

/** What may be under way to a client that does not read, before its stream waits for it. */
const window = { answers: 1000, characters: 8 * 2 ** 20 };
/** A client that has acknowledged nothing for so long gets nothing more until it does. */
const silentMs = 5000;

/** Deliveries that were written and are not acknowledged, in their order. */
export class UnderWay {
  /** With the times at which they were written. */
  readonly #deliveries = new Map<Delivery, number>();
  readonly #change = new Change();
  readonly #now: () => number;
  #characters = 0;
  /** What was under way was given to others, and the client has not been heard of since. */
  #isGivenUp = false;

  constructor(now: () => number = () => performance.now()) {
    this.#now = now;
  }

  add(delivery: Delivery): void {
    this.#deliveries.set(delivery, this.#now());
    this.#characters += charactersOf(delivery);
  }

  /** False when it was not here any more. */
  remove(delivery: Delivery): boolean {
    const isHere = this.#take(delivery);
    // Whatever it was about: the client is there.
    this.#isGivenUp = false;
    this.#change.notify();
    return isHere;
  }

  /** How long the oldest one has waited for the client; 0 when none does. */
  get silentMs(): number {
    const [oldest] = this.#deliveries.values();
    return oldest === undefined ? 0 : this.#now() - oldest;
  }

  /** Gives everything back to the queue, and takes nothing more until the client is heard of. */
  giveUp(): void {
    this.#isGivenUp = true;
    for (const delivery of this.#deliveries.keys()) {
      this.#take(delivery);
      delivery.release();
    }
    this.#change.notify();
  }

  /** Whether one more may be written now. */
  get hasRoom(): boolean {
    if (this.#isGivenUp || this.silentMs > silentMs) return false;
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

  #take(delivery: Delivery): boolean {
    if (!this.#deliveries.delete(delivery)) return false;
    this.#characters -= charactersOf(delivery);
    return true;
  }
}
