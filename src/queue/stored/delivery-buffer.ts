import { Change } from "../../async/change.ts";
import type { Answer, Delivery, RequestKey, RequestTimes } from "../request-queue.ts";

/** An answer that this process may deliver. */
export interface DeskEntry extends RequestKey {
  /** Lower ones are delivered first. */
  readonly order: number;
  readonly answer: Answer;
  readonly times: RequestTimes;
  readonly repeated: boolean;
}

/** How a buffer is connected to what lies behind it. */
export interface DeliveryBufferOptions<Entry extends DeskEntry> {
  /** Gets more, if there is more; never rejects. */
  readonly fetch: () => Promise<readonly Entry[]>;
  /** False for an entry that may have been given to another process meanwhile. */
  readonly isOurs: (entry: Entry) => boolean;
  /** The peer has it. */
  readonly done: (entry: Entry) => void;
  /** The peer had it, and it goes out once more. */
  readonly again: (entry: Entry) => void;
  /** No consumer of this process takes these now. */
  readonly putBack: (entries: readonly Entry[]) => void;
}

/** Hands answers to the consumers of this process, each to one, in their order. */
export class DeliveryBuffer<Entry extends DeskEntry> {
  readonly #options: DeliveryBufferOptions<Entry>;
  readonly #entries: Entry[] = [];
  readonly #arrival = new Change();
  #consumers = 0;
  #isFetching = false;
  /** Something may have come after the fetch that is under way looked. */
  #isLate = false;

  constructor(options: DeliveryBufferOptions<Entry>) {
    this.#options = options;
  }

  /** Something to be fetched may be there. */
  wake(): void {
    this.#isLate = this.#isFetching;
    this.#arrival.notify();
  }

  /** Lays an entry down in its place. With no consumer here it goes back at once. */
  add(entry: Entry): void {
    const place = this.#entries.findIndex((other) => other.order > entry.order);
    this.#entries.splice(place === -1 ? this.#entries.length : place, 0, entry);
    this.#arrival.notify();
    this.#leaveNothingBehind();
  }

  async *deliveries(signal: AbortSignal): AsyncGenerator<Delivery, void, undefined> {
    this.#consumers++;
    try {
      while (!signal.aborted) {
        const { count } = this.#arrival;
        const entry = this.#entries.shift();
        if (!entry) {
          this.#fetch();
          await this.#arrival.after(count, signal);
        } else if (this.#options.isOurs(entry)) {
          yield new DeskDelivery(entry, {
            done: () => this.#options.done(entry),
            release: () => this.#release(entry),
            again: () => this.#options.again(entry),
          });
        } else {
          // If nobody else has it after all, it must not stay with those who do not deliver it.
          this.#release(entry);
        }
      }
    } finally {
      this.#consumers--;
      this.#leaveNothingBehind();
    }
  }

  /** One fetch at a time serves all who wait; whoever waits hears of what it brings. */
  #fetch(): void {
    if (this.#isFetching) return;
    this.#isFetching = true;
    void this.#options.fetch().then((entries) => {
      this.#isFetching = false;
      for (const entry of entries) this.add(entry);
      if (this.#isLate) this.#arrival.notify();
      this.#isLate = false;
    });
  }

  /** It goes back to where all are in order, and with it those that would come after it. */
  #release(entry: Entry): void {
    this.#options.putBack([entry, ...this.#entries.splice(0)]);
    this.wake();
  }

  #leaveNothingBehind(): void {
    if (this.#consumers > 0 || this.#entries.length === 0) return;
    this.#options.putBack(this.#entries.splice(0));
  }
}

/** How a delivery tells its buffer what became of it. */
interface DeskEnd {
  done(): void;
  release(): void;
  again(): void;
}

class DeskDelivery implements Delivery {
  readonly sessionID: string;
  readonly messageID: string;
  readonly answer: Answer;
  readonly times: RequestTimes;
  readonly repeated: boolean;
  readonly #end: DeskEnd;
  #isOpen = true;

  constructor(entry: DeskEntry, end: DeskEnd) {
    this.sessionID = entry.sessionID;
    this.messageID = entry.messageID;
    this.answer = entry.answer;
    this.times = entry.times;
    this.repeated = entry.repeated;
    this.#end = end;
  }

  done(): void {
    if (this.#isOpen) this.#end.done();
    this.#isOpen = false;
  }

  release(): void {
    if (this.#isOpen) this.#end.release();
    this.#isOpen = false;
  }

  again(): void {
    this.#end.again();
  }
}
