import { Fifo } from "../../../async/fifo.ts";
import { charactersOf } from "../../../queue/memory/delivery-list.ts";
import type { Delivery } from "../../../queue/request-queue.ts";

interface Acknowledged {
  readonly delivery: Delivery;
  readonly at: number;
}

/** What a client's HTTP/2 may acknowledge before its program reads (grpcio: about 4 MiB). */
const minCharacters = 4 * 2 ** 20;
/** What lies longer in a client that reads at all is read. */
const readWithinMs = 60_000;
/** More is not remembered, whatever its age. */
const most = { answers: 32_768, characters: 8 * 2 ** 20 };

/**
 * Answers that a client has acknowledged last. Its HTTP/2 does that, not its
 * program: when the connection breaks, they may never have been read (ARENA-17).
 */
export class UnreadAnswers {
  readonly #answers = new Fifo<Acknowledged>();
  readonly #now: () => number;
  #characters = 0;

  constructor(now: () => number = () => performance.now()) {
    this.#now = now;
  }

  add(delivery: Delivery): void {
    this.#answers.push({ delivery, at: this.#now() });
    this.#characters += charactersOf(delivery);
    for (let oldest = this.#answers.peek(); oldest; oldest = this.#answers.peek()) {
      const rest = this.#characters - charactersOf(oldest.delivery);
      const isRead = rest >= minCharacters && this.#now() - oldest.at > readWithinMs;
      const isTooMuch = this.#characters > most.characters || this.#answers.length > most.answers;
      // The last one stays, however long it is.
      if (!(isRead || isTooMuch) || this.#answers.length === 1) break;
      this.#answers.shift();
      this.#characters = rest;
    }
  }

  /** Lets them go out once more, and returns how many there are. */
  repeatAll(): number {
    const count = this.#answers.length;
    for (let next = this.#answers.shift(); next; next = this.#answers.shift()) {
      next.delivery.again();
    }
    this.#characters = 0;
    return count;
  }
}
