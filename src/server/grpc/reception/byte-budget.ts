import { heapBytes } from "../../../process/heap-limit.ts";

/**
 * What all requests may hold together until they are in the queue. Each takes three
 * to four times its size while it is read, parsed and stored.
 */
export const receptionBytes = Math.min(96 * 2 ** 20, heapBytes / 8);

/** One message's share of a budget. */
export interface ByteHold {
  /** Takes `bytes` more; false when there is no room, which changes nothing. */
  grow(bytes: number): boolean;
  /** Gives `bytes` back. */
  shrink(bytes: number): void;
  /** From now on the share is not reclaimed any more. */
  keep(): void;
  /** Gives everything back. Idempotent. */
  release(): void;
}

/** The part of a budget that large messages leave to small ones. */
const smallPart = 1 / 8;
const smallBytes = 64 * 2 ** 10;
/** A message of which nothing came for so long may lose its share to another one. */
const staleMs = 5000;

/**
 * Bounds what all messages that arrive hold together, over all connections. A
 * message that stopped arriving gives way when another one needs its room.
 */
export class ByteBudget {
  readonly #limit: number;
  readonly #now: () => number;
  /** What may be reclaimed, in the order in which bytes came last. */
  readonly #arriving = new Set<Hold>();
  #used = 0;

  constructor(limit: number, now: () => number = () => performance.now()) {
    this.#limit = limit;
    this.#now = now;
  }

  /** Bytes that are held. */
  get used(): number {
    return this.#used;
  }

  /** @param reclaimed told when what the hold had is to be dropped; the hold is released then */
  hold(reclaimed: () => void): ByteHold {
    const hold = new Hold(reclaimed, {
      grow: (bytes) => this.#grow(hold, bytes),
      shrink: (bytes) => {
        this.#used -= bytes;
      },
      forget: () => this.#arriving.delete(hold),
    });
    return hold;
  }

  #grow(hold: Hold, bytes: number): boolean {
    const now = this.#now();
    this.#arriving.delete(hold);
    if (!this.#hasRoom(hold.bytes, bytes)) {
      for (const other of this.#arriving) {
        if (now - other.lastAt < staleMs || this.#hasRoom(hold.bytes, bytes)) break;
        other.reclaim();
      }
    }
    const isTaken = this.#hasRoom(hold.bytes, bytes);
    if (isTaken) this.#used += bytes;
    hold.lastAt = now;
    this.#arriving.add(hold);
    return isTaken;
  }

  #hasRoom(held: number, more: number): boolean {
    // Alone a message may be as large as it is let.
    if (this.#used === held) return true;
    const limit = held + more > smallBytes ? this.#limit * (1 - smallPart) : this.#limit;
    return this.#used + more <= limit;
  }
}

/** How a hold tells its budget. */
interface Account {
  grow(bytes: number): boolean;
  shrink(bytes: number): void;
  forget(): void;
}

class Hold implements ByteHold {
  readonly #reclaimed: () => void;
  readonly #budget: Account;
  bytes = 0;
  lastAt = 0;

  constructor(reclaimed: () => void, budget: Account) {
    this.#reclaimed = reclaimed;
    this.#budget = budget;
  }

  grow(bytes: number): boolean {
    const isTaken = this.#budget.grow(bytes);
    if (isTaken) this.bytes += bytes;
    return isTaken;
  }

  shrink(bytes: number): void {
    this.bytes -= bytes;
    this.#budget.shrink(bytes);
  }

  keep(): void {
    this.#budget.forget();
  }

  reclaim(): void {
    this.release();
    this.#reclaimed();
  }

  release(): void {
    this.#budget.forget();
    this.shrink(this.bytes);
  }
}
