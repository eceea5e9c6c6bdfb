import { Change } from "./change.ts";
import { Fifo } from "./fifo.ts";
import type { Answer, Delivery, RequestKey, RequestTimes } from "./request-queue.ts";

/** An answer that waits for a consumer to acknowledge it. */
export interface OutboxEntry extends RequestKey {
  readonly answer: Answer;
  readonly times: RequestTimes;
  readonly repeated: boolean;
  /** Called once, when a consumer has acknowledged it. */
  readonly onDelivered?: () => void;
}

/** How much may lie in an outbox. */
export interface OutboxLimits {
  readonly answers: number;
  /** Characters of the answers' texts. */
  readonly characters: number;
}

interface Numbered {
  readonly entry: OutboxEntry;
  readonly order: number;
}

/**
 * Hands each answer to exactly one consumer, oldest first, and takes back what
 * a consumer could not deliver (ARENA-16, ARENA-17).
 */
export class Outbox {
  readonly #limits: OutboxLimits;
  readonly #fresh = new Fifo<Numbered>();
  /** Released ones: all older than every fresh one, kept in order. */
  readonly #returned: Numbered[] = [];
  readonly #heldBack = new Set<() => void>();
  readonly #arrival = new Change();
  readonly #departure = new Change();
  readonly #end = {
    depart: (numbered: Numbered) => this.#depart(numbered),
    takeBack: (numbered: Numbered) => this.#takeBack(numbered),
  };
  #order = 0;
  #size = 0;
  #characters = 0;

  constructor(limits: OutboxLimits) {
    this.#limits = limits;
  }

  /** Answers that no consumer has acknowledged. */
  get size(): number {
    return this.#size;
  }

  /** Whether so much lies here that no further work should begin. */
  get isFull(): boolean {
    return this.#size >= this.#limits.answers || this.#characters >= this.#limits.characters;
  }

  add(entry: OutboxEntry): void {
    this.#size++;
    this.#characters += entry.answer.text.length;
    this.#fresh.push({ entry, order: this.#order++ });
    this.#arrival.notify();
  }

  /** Adds the entry when there is room for it, unless `signal` gives up before. */
  addWhenRoom(entry: OutboxEntry, signal: AbortSignal): Promise<void> {
    if (!this.isFull) {
      this.add(entry);
      return Promise.resolve();
    }
    return new Promise((resolve) => {
      const leave = () => {
        this.#heldBack.delete(enter);
        signal.removeEventListener("abort", leave);
        resolve();
      };
      const enter = () => {
        this.add(entry);
        leave();
      };
      this.#heldBack.add(enter);
      signal.addEventListener("abort", leave);
      if (signal.aborted) leave();
    });
  }

  async *deliveries(signal: AbortSignal): AsyncGenerator<Delivery, void, undefined> {
    while (!signal.aborted) {
      const next = this.#returned.shift() ?? this.#fresh.shift();
      if (next) yield new OutboxDelivery(next, this.#end);
      else await this.#arrival.next(signal);
    }
  }

  /** Resolves when everything is acknowledged, or when `signal` aborts. */
  onEmpty(signal: AbortSignal): Promise<void> {
    return this.#departure.until(() => this.#size === 0, signal);
  }

  /** Resolves when something was acknowledged, or when `signal` aborts. */
  onDeparture(signal: AbortSignal): Promise<void> {
    return this.#departure.next(signal);
  }

  #depart({ entry }: Numbered): void {
    this.#size--;
    this.#characters -= entry.answer.text.length;
    entry.onDelivered?.();
    for (const enter of this.#heldBack) {
      if (this.isFull) break;
      enter();
    }
    this.#departure.notify();
  }

  #takeBack(numbered: Numbered): void {
    const place = this.#returned.findIndex((other) => other.order > numbered.order);
    this.#returned.splice(place === -1 ? this.#returned.length : place, 0, numbered);
    this.#arrival.notify();
  }
}

/** How a delivery tells its outbox what became of it. */
interface DeliveryEnd {
  depart(numbered: Numbered): void;
  takeBack(numbered: Numbered): void;
}

class OutboxDelivery implements Delivery {
  readonly sessionID: string;
  readonly messageID: string;
  readonly answer: Answer;
  readonly times: RequestTimes;
  readonly repeated: boolean;
  readonly #numbered: Numbered;
  readonly #end: DeliveryEnd;
  #isOpen = true;

  constructor(numbered: Numbered, end: DeliveryEnd) {
    const { sessionID, messageID, answer, times, repeated } = numbered.entry;
    this.sessionID = sessionID;
    this.messageID = messageID;
    this.answer = answer;
    this.times = times;
    this.repeated = repeated;
    this.#numbered = numbered;
    this.#end = end;
  }

  done(): void {
    if (this.#isOpen) this.#end.depart(this.#numbered);
    this.#isOpen = false;
  }

  release(): void {
    if (this.#isOpen) this.#end.takeBack(this.#numbered);
    this.#isOpen = false;
  }
}
