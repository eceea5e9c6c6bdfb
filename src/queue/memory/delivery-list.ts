import { Change } from "../../async/change.ts";
import { Fifo } from "../../async/fifo.ts";
import type { Answer, Delivery, RequestKey, RequestTimes } from "../request-queue.ts";

/** An answer with its address. */
interface AddressedAnswer extends RequestKey {
  readonly answer: Answer;
}

/** An answer that waits for a consumer to acknowledge it. */
export interface DeliveryEntry extends AddressedAnswer {
  readonly times: RequestTimes;
  readonly repeated: boolean;
  /** Called once, when a consumer has acknowledged it. */
  readonly onDelivered?: (isAskedAgain: boolean) => void;
  /** Called when it has to go out once more after that. Without it, it is added anew. */
  readonly onAgain?: () => void;
}

/** How much a delivery list may hold. */
export interface DeliveryLimits {
  readonly answers: number;
  /** Characters of texts and ids. */
  readonly characters: number;
}

/** An entry's place in its list. */
export interface DeliveryTicket {
  readonly entry: DeliveryEntry;
  readonly order: number;
  /** A consumer has it and has not said yet what became of it. */
  isUnderWay: boolean;
  /** Its request came again while it was under way. */
  isAskedAgain: boolean;
}

/**
 * Hands each answer to exactly one consumer, oldest first, and takes back what
 * a consumer could not deliver (ARENA-16, ARENA-17).
 */
export class DeliveryList {
  readonly #limits: DeliveryLimits;
  readonly #fresh = new Fifo<DeliveryTicket>();
  /** Released ones: all older than every fresh one, kept in order. */
  readonly #returned: DeliveryTicket[] = [];
  readonly #heldBack = new Set<() => void>();
  readonly #arrival = new Change();
  readonly #departure = new Change();
  readonly #end = {
    depart: (ticket: DeliveryTicket) => this.#depart(ticket),
    takeBack: (ticket: DeliveryTicket) => this.#takeBack(ticket),
    repeat: ({ entry }: DeliveryTicket) => this.#repeat(entry),
  };
  #order = 0;
  #size = 0;
  #characters = 0;

  constructor(limits: DeliveryLimits) {
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

  add(entry: DeliveryEntry): DeliveryTicket {
    const ticket = { entry, order: this.#order++, isUnderWay: false, isAskedAgain: false };
    this.#size++;
    this.#characters += charactersOf(entry);
    this.#fresh.push(ticket);
    this.#arrival.notify();
    return ticket;
  }

  /** Adds the entry when there is room for it; false when `signal` gives up before. */
  addWhenRoom(entry: DeliveryEntry, signal: AbortSignal): Promise<boolean> {
    if (!this.isFull) {
      this.add(entry);
      return Promise.resolve(true);
    }
    return new Promise((resolve) => {
      const leave = (isAdded: boolean) => {
        this.#heldBack.delete(enter);
        signal.removeEventListener("abort", giveUp);
        resolve(isAdded);
      };
      const giveUp = () => leave(false);
      const enter = () => {
        this.add(entry);
        leave(true);
      };
      this.#heldBack.add(enter);
      signal.addEventListener("abort", giveUp);
      if (signal.aborted) giveUp();
    });
  }

  async *deliveries(signal: AbortSignal): AsyncGenerator<Delivery, void, undefined> {
    while (!signal.aborted) {
      const next = this.#returned.shift() ?? this.#fresh.shift();
      if (next) {
        next.isUnderWay = true;
        yield new ListDelivery(next, this.#end);
      } else {
        await this.#arrival.next(signal);
      }
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

  #depart(ticket: DeliveryTicket): void {
    const { entry, isAskedAgain } = ticket;
    this.#size--;
    this.#characters -= charactersOf(entry);
    entry.onDelivered?.(isAskedAgain);
    for (const enter of this.#heldBack) {
      if (this.isFull) break;
      enter();
    }
    this.#departure.notify();
  }

  #repeat({ sessionID, messageID, answer, times, onAgain }: DeliveryEntry): void {
    if (onAgain) onAgain();
    else this.add({ sessionID, messageID, answer, times, repeated: true });
  }

  #takeBack(ticket: DeliveryTicket): void {
    ticket.isUnderWay = false;
    ticket.isAskedAgain = false;
    const place = this.#returned.findIndex((other) => other.order > ticket.order);
    this.#returned.splice(place === -1 ? this.#returned.length : place, 0, ticket);
    this.#arrival.notify();
  }
}

/** What an answer and its ids take. */
export function charactersOf({ answer, sessionID, messageID }: AddressedAnswer): number {
  return answer.text.length + sessionID.length + messageID.length;
}

/** How a delivery tells its list what became of it. */
interface DeliveryEnd {
  depart(ticket: DeliveryTicket): void;
  takeBack(ticket: DeliveryTicket): void;
  repeat(ticket: DeliveryTicket): void;
}

class ListDelivery implements Delivery {
  readonly sessionID: string;
  readonly messageID: string;
  readonly answer: Answer;
  readonly times: RequestTimes;
  readonly repeated: boolean;
  readonly #ticket: DeliveryTicket;
  readonly #end: DeliveryEnd;
  #isOpen = true;

  constructor(ticket: DeliveryTicket, end: DeliveryEnd) {
    const { sessionID, messageID, answer, times, repeated } = ticket.entry;
    this.sessionID = sessionID;
    this.messageID = messageID;
    this.answer = answer;
    this.times = times;
    this.repeated = repeated;
    this.#ticket = ticket;
    this.#end = end;
  }

  done(): void {
    if (this.#isOpen) this.#end.depart(this.#ticket);
    this.#isOpen = false;
  }

  release(): void {
    if (this.#isOpen) this.#end.takeBack(this.#ticket);
    this.#isOpen = false;
  }

  again(): void {
    this.#end.repeat(this.#ticket);
  }
}
