import { randomUUID } from "node:crypto";
import { Change } from "../../async/change.ts";
import { neverAborted } from "../../async/never-aborted.ts";
import type { Logger } from "../../data-models/request-context.ts";
import { heapBytes } from "../../process/heap-limit.ts";
import type { Answer, Delivery, RequestKey } from "../request-queue.ts";
import { Batcher } from "./batcher.ts";
import { DeliveryBuffer, type DeskEntry } from "./delivery-buffer.ts";
import { InDoubtInserts } from "./in-doubt-inserts.ts";
import { isHeld, steadyNow } from "./lease.ts";
import { Pending } from "./pending.ts";
import type { Claim, QueueStore, Refusal, TakenRow } from "./queue-store.ts";
import { answerUnreadable } from "./read-row.ts";
import { ifReachable, type StoreAccess, StoreAwayError } from "./store-access.ts";
import { DataError } from "./store-errors.ts";

/** What the answers of a queue are delivered with. */
export interface StoredAnswersOptions {
  readonly store: QueueStore;
  readonly access: StoreAccess;
  readonly maxUndelivered: number;
  /** How long a refusal waits for a store that is away before this process keeps it. */
  readonly retryForMs: number;
  /** How long it waits when the store may have it. */
  readonly doubtMs: number;
  readonly logger: Logger;
  /** An answer was delivered, so that there may be room for another one. */
  readonly onRoom: () => void;
}

/** An answer from the store, or a refusal that only this process has because the store did not take it. */
type Entry = DeskEntry & { readonly from: TakenEntry | Refusal };
interface TakenEntry extends Claim {
  readonly takenAt: number;
}

/** Answers that are taken from the store at once: few, because each may be long. */
const takeLimit = 32;
const batchLimits = { concurrency: 1, maxItems: 500, weigh: () => 0 };

/** Delivers the answers that lie in a store, whoever stored them. */
export class StoredAnswers {
  readonly #options: StoredAnswersOptions;
  readonly #buffer: DeliveryBuffer<Entry>;
  readonly #room = new Change();
  readonly #ending = new Pending();
  readonly #releasing = new Pending();
  /** Refusals that only this process has; those among them that no consumer here could take. */
  readonly #kept = new Map<Refusal, () => void>();
  #stranded: Refusal[] = [];
  /** Counts what may have brought answers to be taken; after so many of these none was left. */
  #additions = 0;
  #exhaustedAt = -1;
  /** Names the next take. It stays the same until a take has succeeded. */
  #token = { name: randomUUID(), isRetry: false };
  readonly #refusals: Batcher<Refusal, boolean>;
  readonly #inDoubt: InDoubtInserts;
  readonly #dones: Batcher<Claim, undefined>;
  readonly #releases: Batcher<Claim, undefined>;
  readonly #repeats: Batcher<number, boolean>;

  constructor(options: StoredAnswersOptions) {
    const { store, access, retryForMs, doubtMs } = options;
    this.#options = options;
    this.#buffer = new DeliveryBuffer({
      fetch: () => this.#fetch(),
      isOurs: ({ from }) => !("takenAt" in from) || isHeld(store, from.takenAt),
      done: (entry) => this.#done(entry),
      again: (entry) => void this.#again(entry),
      putBack: (entries) => this.#putBack(entries),
    });
    this.#refusals = new Batcher({
      ...batchLimits,
      work: (refusals, isAgain) => {
        const refuse = (isRetry: boolean) => store.refuse(refusals, isRetry || isAgain);
        return access.call(refuse, { retryForMs, carriesData: true });
      },
    });
    this.#inDoubt = new InDoubtInserts({ access, maxMs: doubtMs, maxBytes: heapBytes / 4 });
    this.#dones = new Batcher({
      ...batchLimits,
      work: async (claims) => {
        await ifReachable(access.call(() => store.done(claims, Date.now())));
        return claims.map(() => undefined);
      },
    });
    this.#releases = new Batcher({
      ...batchLimits,
      work: async (claims) => {
        await ifReachable(access.call(() => store.release(claims)));
        return claims.map(() => undefined);
      },
    });
    this.#repeats = new Batcher({
      ...batchLimits,
      work: (rows) => access.call(() => store.again(rows)),
    });
  }

  /** Refusals that the store does not know. */
  get kept(): number {
    return this.#kept.size;
  }

  deliveries(signal: AbortSignal): AsyncIterable<Delivery> {
    return this.#buffer.deliveries(signal);
  }

  /** There may be new answers in the store. */
  wake(): void {
    this.#additions++;
    this.#buffer.wake();
  }

  /** Lets those look again who wait for room. */
  makeRoom(): void {
    this.#room.notify();
    this.#options.onRoom();
  }

  /** Stores a refusal when there is room for it; false when `signal` gives up before. */
  refuse(key: RequestKey, answer: Answer, signal: AbortSignal): Promise<boolean> {
    return this.#settle(toRefusal(key, answer, Date.now()), signal);
  }

  /** The store was away: what only this process has goes there, unless it is under way. */
  storeIsBack(): void {
    this.wake();
    const stranded = this.#stranded;
    this.#stranded = [];
    for (const refusal of stranded) {
      const settle = this.#kept.get(refusal);
      this.#kept.delete(refusal);
      void this.#settle(refusal, neverAborted).then(() => settle?.());
    }
  }

  /** Resolves when the store knows what became of every delivery that has ended, or when `signal` aborts. */
  async settled(signal?: AbortSignal): Promise<void> {
    await Promise.all([this.#ending.settled(signal), this.#releasing.settled(signal)]);
  }

  /** Resolves when the store has it, or a client; false when `signal` aborts while there is no room. */
  async #settle(refusal: Refusal, signal: AbortSignal): Promise<boolean> {
    do {
      const { count } = this.#room;
      if (await this.#storeRefusal(refusal)) return true;
      await this.#room.after(count, signal);
    } while (!signal.aborted);
    return false;
  }

  /** False when there is no room. */
  async #storeRefusal(refusal: Refusal): Promise<boolean> {
    try {
      if (!(await this.#store(refusal))) return false;
      this.wake();
    } catch (error) {
      // Ids that no store can hold can go out from here all the same.
      if (!(error instanceof StoreAwayError || error instanceof DataError)) throw error;
      if (this.#kept.size >= this.#options.maxUndelivered) return false;
      await this.#keep(refusal);
    }
    return true;
  }

  /** What a store went away with may be there: if it went out from here too, it would be one too many. */
  async #store(refusal: Refusal): Promise<boolean> {
    try {
      return await this.#refusals.add(refusal);
    } catch (error) {
      if (!(error instanceof StoreAwayError && error.mayBeDone)) throw error;
      // It may have lain here for long, and is in doubt only now.
      const doubt = { receivedAt: Date.now(), bytes: refusal.answer.text.length };
      const again = () => this.#options.store.refuse([refusal], true);
      const isStored = (await this.#inDoubt.settle(doubt, again))?.[0];
      if (isStored === undefined) throw error;
      return isStored;
    }
  }

  /** Resolves when a client has it, or the store: whoever was refused must not be told before. */
  #keep(refusal: Refusal): Promise<void> {
    const settled = Promise.withResolvers<void>();
    this.#kept.set(refusal, settled.resolve);
    this.#buffer.add(toKeptEntry(refusal));
    return settled.promise;
  }

  async #fetch(): Promise<readonly Entry[]> {
    const { store, access } = this.#options;
    if (this.#stranded.length > 0) {
      const stranded = this.#stranded;
      this.#stranded = [];
      return stranded.map(toKeptEntry);
    }
    // What is taken without a lease may not be delivered; whoever renews it looks again.
    if (steadyNow() >= store.lease.until) return [];
    // What went back has its old place again only when it is there.
    await this.#releasing.settled(access.reach);
    if (this.#additions === this.#exhaustedAt) return [];
    const { name, isRetry } = this.#token;
    const additions = this.#additions;
    try {
      const takenAt = steadyNow();
      const take = (again: boolean) => store.take(name, takeLimit, isRetry || again);
      const rows = await access.call(take, { retryForMs: 0 });
      this.#token = { name: randomUUID(), isRetry: false };
      if (!store.mayHave.answers) this.#exhaustedAt = additions;
      return rows.map((row) => toTakenEntry(this.#readable(row), takenAt));
    } catch (error) {
      if (!(error instanceof StoreAwayError)) throw error;
      // Its end is not known: the same take goes on when the store is back.
      this.#token = { name, isRetry: true };
      return [];
    }
  }

  /** Whoever waits for an answer that cannot be read gets an error in its place. */
  #readable(row: TakenRow): TakenRow {
    if (row.unreadable === null) return row;
    return { ...row, answer: answerUnreadable(row, row.unreadable, this.#options.logger) };
  }

  #done({ from }: Entry): void {
    if (!("takenAt" in from)) {
      this.#kept.get(from)?.();
      this.#kept.delete(from);
      this.makeRoom();
      return;
    }
    const done = this.#dones.add(from).then(() => {
      this.makeRoom();
      // It may have been asked for again meanwhile.
      if (this.#options.store.mayHave.answers) this.wake();
    });
    this.#ending.add(done);
  }

  /** What the store has deleted since is still known here, and is stored as a refusal is. */
  async #again(entry: Entry): Promise<void> {
    const { from, answer, times } = entry;
    // Its end has to be there before it can begin anew.
    await this.#ending.settled(this.#options.access.reach);
    if ("takenAt" in from && (await ifReachable(this.#repeats.add(from.row)))) {
      this.wake();
      return;
    }
    await this.#settle(toRefusal(entry, answer, times.receivedAt), neverAborted);
  }

  #putBack(entries: readonly Entry[]): void {
    this.#additions++;
    for (const { from } of entries) {
      if ("takenAt" in from) this.#releasing.add(this.#releases.add(from));
      else this.#stranded.push(from);
    }
  }
}

function toRefusal(key: RequestKey, answer: Answer, receivedAt: number): Refusal {
  const { sessionID, messageID } = key;
  return { arrival: randomUUID(), sessionID, messageID, answer, receivedAt };
}

function toTakenEntry(row: TakenRow, takenAt: number): Entry {
  const { receivedAt, claimedAt, answeredAt, token } = row;
  const { order, sessionID, messageID, answer, repeated } = row;
  const times = { receivedAt, claimedAt, answeredAt };
  const from = { row: row.row, token, takenAt };
  return { order, sessionID, messageID, answer, times, repeated, from };
}

/** Whoever waits for it has waited already: it goes first. */
function toKeptEntry(refusal: Refusal): Entry {
  const { sessionID, messageID, answer, receivedAt } = refusal;
  const times = { receivedAt, claimedAt: null, answeredAt: receivedAt };
  return { order: 0, sessionID, messageID, answer, times, repeated: false, from: refusal };
}
