import { Fifo } from "./fifo.ts";

/** Lets one item of a session go at a time, the others in their order (ARENA-10). */
export class SessionTurns<Item> {
  /** A session is here while one of its items has its turn; the list is what waits behind. */
  readonly #waiting = new Map<string, Fifo<Item>>();

  /** Whether the item may go now. If not, a later `leave` returns it. */
  enter(sessionID: string, item: Item): boolean {
    const waiting = this.#waiting.get(sessionID);
    if (waiting) waiting.push(item);
    else this.#waiting.set(sessionID, new Fifo());
    return !waiting;
  }

  /** Ends a turn and returns the item that may go next, if one waits. */
  leave(sessionID: string): Item | undefined {
    const next = this.#waiting.get(sessionID)?.shift();
    if (next === undefined) this.#waiting.delete(sessionID);
    return next;
  }
}
