import { setTimeout as sleep } from "node:timers/promises";
import { Change } from "../../async/change.ts";
import { Fifo } from "../../async/fifo.ts";
import { heapBytes } from "../../process/heap-limit.ts";
import type {
  AcceptOutcome,
  Answer,
  Delivery,
  Job,
  QueuedRequest,
  QueueStats,
  RequestKey,
  RequestQueue,
} from "../request-queue.ts";
import {
  type DeliveryEntry,
  type DeliveryLimits,
  DeliveryList,
  type DeliveryTicket,
} from "./delivery-list.ts";
import { RetainedAnswers, type RetentionLimits } from "./retained-answers.ts";

/** Lets one item of a session go at a time, the others in their order (ARENA-10). */
class SessionTurns<Item> {
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

/** How a queue orders and bounds what it holds. */
export interface MemoryQueueOptions {
  /** Requests that may wait. */
  readonly maxSize: number;
  /** Bytes of requests that may wait or run. Default: a quarter of the heap. */
  readonly maxBytes?: number;
  /** `serial` lets a session's next request run only after the one before it is answered. */
  readonly sessionOrder: "concurrent" | "serial";
  /** How much may lie undelivered before no further request is begun. */
  readonly deliveries?: DeliveryLimits;
  /** How much of what was delivered is kept, to answer the same request again. */
  readonly retention?: RetentionLimits;
}

interface Row {
  /** Null once a worker has it, so that lists which still hold the row cost nothing. */
  request: QueuedRequest | null;
  /** Whether it is its session's turn, so that answering it lets the next one go. */
  hasTurn: boolean;
}

const mebi = 2 ** 20;
/** A worker answers at the deadline; what has none this much later is stuck. */
const graceMs = 5000;

/**
 * Keeps requests and answers in this process; nothing survives it. Requests
 * must come with deadlines in the order of their arrival.
 */
export class MemoryQueue implements RequestQueue {
  readonly durable = null;
  readonly #maxSize: number;
  readonly #maxBytes: number;
  readonly #deliveries: DeliveryList;
  readonly #retained: RetainedAnswers;
  readonly #turns: SessionTurns<Row> | null;
  /** Requests whose answer is not delivered yet, by key; null while they have none. */
  readonly #known = new Map<string, DeliveryTicket | null>();
  readonly #running = new Map<Job, Row>();
  // Both lists also hold rows that left the queue otherwise, until they reach the head.
  readonly #ready = new Fifo<Row>();
  readonly #arrivals = new Fifo<Row>();
  readonly #claimable = new Change();
  readonly #waiting = new Change();
  readonly #answered = new Change();
  #size = 0;
  #bytes = 0;
  #isClosed = false;

  constructor(options: MemoryQueueOptions) {
    this.#maxSize = options.maxSize;
    this.#maxBytes = options.maxBytes ?? heapBytes / 4;
    this.#deliveries = new DeliveryList(
      options.deliveries ?? { answers: 10_000, characters: Math.min(256 * mebi, heapBytes / 4) },
    );
    this.#retained = new RetainedAnswers(
      options.retention ?? { answers: 1000, characters: 16 * mebi },
    );
    this.#turns = options.sessionOrder === "serial" ? new SessionTurns() : null;
  }

  async accept(request: QueuedRequest): Promise<AcceptOutcome> {
    const key = keyOf(request);
    if (key !== null) {
      const ticket = this.#known.get(key);
      if (ticket?.isUnderWay) ticket.isAskedAgain = true;
      if (ticket !== undefined || this.#repeat(key, request)) return "duplicate";
    }
    if (this.#isClosed) return "closed";
    if (this.#size >= this.#maxSize || this.#deliveries.isFull) return "full";
    if (this.#bytes + request.bytes > this.#maxBytes && this.#bytes > 0) return "full";
    if (key !== null) this.#known.set(key, null);
    const row: Row = { request, hasTurn: false };
    this.#size++;
    this.#bytes += request.bytes;
    this.#arrivals.push(row);
    if (this.#turns === null || this.#turns.enter(request.sessionID, row)) this.#makeReady(row);
    // Whoever is about to take it needs no clock that watches over it.
    if (!this.#claimable.isAwaited || !row.hasTurn) this.#waiting.notify();
    this.#claimable.notify();
    return "accepted";
  }

  close(): void {
    this.#isClosed = true;
  }

  refuse(key: RequestKey, answer: Answer, signal: AbortSignal): Promise<boolean> {
    const now = Date.now();
    const times = { receivedAt: now, claimedAt: null, answeredAt: now };
    const { sessionID, messageID } = key;
    return this.#deliveries.addWhenRoom(
      { sessionID, messageID, answer, times, repeated: false },
      signal,
    );
  }

  async claim(limit: number, signal: AbortSignal): Promise<readonly Job[]> {
    while (!signal.aborted) {
      if (this.#deliveries.isFull) {
        // What waits now needs a clock after all.
        this.#waiting.notify();
        await this.#deliveries.onDeparture(signal);
        continue;
      }
      const jobs: Job[] = [];
      while (jobs.length < limit) {
        const row = this.#ready.shift();
        if (!row) break;
        if (!row.request) continue;
        // Late ones are left to whoever asks for those.
        if (row.request.deadline > Date.now()) jobs.push(this.#begin(row, row.request));
        else this.#waiting.notify();
      }
      if (jobs.length > 0) return jobs;
      await this.#claimable.next(signal);
    }
    return [];
  }

  async claimExpired(signal: AbortSignal): Promise<readonly Job[]> {
    while (!signal.aborted) {
      const oldest = this.#oldest();
      if (!oldest) {
        await this.#waiting.next(signal);
        continue;
      }
      const leftMs = oldest.request.deadline - Date.now();
      if (leftMs <= 0) return [this.#begin(oldest.row, oldest.request)];
      // Whoever arrives later also expires later: no arrival needs to wake this.
      // An abort ends the sleep by an error, and the loop by its condition.
      await sleep(leftMs, undefined, { signal }).catch(() => {});
    }
    return [];
  }

  async claimAll(): Promise<readonly Job[]> {
    const jobs: Job[] = [];
    for (let oldest = this.#oldest(); oldest; oldest = this.#oldest()) {
      jobs.push(this.#begin(oldest.row, oldest.request));
    }
    return jobs;
  }

  async answer(job: Job, answer: Answer): Promise<boolean> {
    const row = this.#running.get(job);
    if (!row) return false;
    this.#running.delete(job);
    this.#bytes -= job.request.bytes;
    this.#post(job, answer);
    if (row.hasTurn) this.#passTurn(job.request.sessionID);
    this.#answered.notify();
    return true;
  }

  deliveries(signal: AbortSignal): AsyncIterable<Delivery> {
    return this.#deliveries.deliveries(signal);
  }

  onIdle(signal: AbortSignal): Promise<void> {
    return this.#answered.until(() => this.#size + this.#running.size === 0, signal);
  }

  onDelivered(signal: AbortSignal): Promise<void> {
    return this.#deliveries.onEmpty(signal);
  }

  async stats(): Promise<QueueStats> {
    const oldest = this.#oldest();
    return {
      size: this.#size,
      pending: this.#running.size,
      undelivered: this.#deliveries.size,
      oldestAgeMs: oldest ? Date.now() - oldest.request.receivedAt : 0,
      overdue: this.#overdue(oldest?.request),
    };
  }

  async start(): Promise<void> {}
  async stop(): Promise<void> {}

  #overdue(oldest: QueuedRequest | undefined): number {
    const limit = Date.now() - graceMs;
    let count = oldest && oldest.deadline < limit ? 1 : 0;
    for (const { request } of this.#running.keys()) if (request.deadline < limit) count++;
    return count;
  }

  #makeReady(row: Row): void {
    row.hasTurn = true;
    this.#ready.push(row);
  }

  #begin(row: Row, request: QueuedRequest): Job {
    row.request = null;
    this.#size--;
    const job: Job = { request, attempt: 1, claimedAt: Date.now() };
    this.#running.set(job, row);
    this.#oldest();
    return job;
  }

  #post(job: Job, answer: Answer): void {
    const { sessionID, messageID, receivedAt } = job.request;
    const times = { receivedAt, claimedAt: job.claimedAt, answeredAt: Date.now() };
    const entry = { sessionID, messageID, answer, times, repeated: false };
    const key = keyOf(job.request);
    if (key === null) this.#deliveries.add(entry);
    else this.#deliver(key, entry, () => this.#retained.add(key, answer));
  }

  /** Delivers a retained answer once more; false when there is none. */
  #repeat(key: string, ids: RequestKey): boolean {
    const answer = this.#retained.get(key);
    if (answer) this.#deliverAgain(key, ids, answer);
    return answer !== undefined;
  }

  #deliverAgain(key: string, { sessionID, messageID }: RequestKey, answer: Answer): void {
    const now = Date.now();
    const times = { receivedAt: now, claimedAt: null, answeredAt: now };
    this.#deliver(key, { sessionID, messageID, answer, times, repeated: true }, () => {});
  }

  #deliver(key: string, entry: DeliveryEntry, retain: () => void): void {
    const onDelivered = (isAskedAgain: boolean) => {
      this.#known.delete(key);
      retain();
      if (isAskedAgain) this.#deliverAgain(key, entry, entry.answer);
    };
    const onAgain = () => {
      // Its request came again meanwhile, and so it goes out already.
      if (!this.#known.has(key)) this.#deliverAgain(key, entry, entry.answer);
    };
    this.#known.set(key, this.#deliveries.add({ ...entry, onDelivered, onAgain }));
  }

  #passTurn(sessionID: string): void {
    let next = this.#turns?.leave(sessionID);
    while (next && next.request === null) next = this.#turns?.leave(sessionID);
    if (!next) return;
    this.#makeReady(next);
    this.#claimable.notify();
  }

  #oldest(): { readonly row: Row; readonly request: QueuedRequest } | null {
    for (let row = this.#arrivals.peek(); row; row = this.#arrivals.peek()) {
      if (row.request) return { row, request: row.request };
      this.#arrivals.shift();
    }
    return null;
  }
}

/** Null for requests that are never the same as another one (ARENA-11). */
function keyOf({ sessionID, messageID }: RequestKey): string | null {
  return messageID === "" ? null : `${sessionID.length}:${sessionID}${messageID}`;
}
