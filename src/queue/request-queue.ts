import type { TaskInput } from "../data-models/task.ts";
import type { ErrorCode } from "../errors/arena-error.ts";

/** What a request is known by. An empty messageID is legal and never deduplicated (ARENA-11). */
export interface RequestKey {
  readonly sessionID: string;
  readonly messageID: string;
}

/** A request that a door took. Times are milliseconds since 1970. */
export interface QueuedRequest extends RequestKey {
  /** Tells models apart in a queue that several share. */
  readonly modelID: string;
  readonly input: TaskInput;
  /** Size as it came, ids included. */
  readonly bytes: number;
  readonly receivedAt: number;
  /** When it is answered with an error, if nothing else answered it before. */
  readonly deadline: number;
}

/** A request that one worker works on. `attempt` counts the workers that had it. */
export interface Job {
  readonly request: QueuedRequest;
  readonly attempt: number;
  readonly claimedAt: number;
}

/** The one answer to a request. */
export interface Answer {
  /** The JSON of ARENA-18, as it goes over the wire. */
  readonly text: string;
  readonly outcome: "OK" | ErrorCode;
}

/** Where a request's time went. `claimedAt` is null if no worker ever saw it. */
export interface RequestTimes {
  readonly receivedAt: number;
  readonly claimedAt: number | null;
  readonly answeredAt: number;
}

/** An answer on its way to one consumer, who ends it by exactly one of `done` and `release`. */
export interface Delivery extends RequestKey {
  readonly answer: Answer;
  readonly times: RequestTimes;
  /** True when the answer was delivered before: its request came again, or its reader broke off. */
  readonly repeated: boolean;
  /** The peer has it. */
  done(): void;
  /** The peer may not have it: it goes to the next consumer, in its old place. */
  release(): void;
  /** After `done`, once: the peer had it and may not have read it, so it goes to the next consumer, too. */
  again(): void;
}

/**
 * What became of a request at the queue's door. `unavailable`: the store was
 * away, and does not have it; `unknown`: the store went away with it.
 */
export type AcceptOutcome =
  | "accepted"
  | "duplicate"
  | "full"
  | "closed"
  | "unavailable"
  | "unknown";

/** How full the queue is. */
export interface QueueStats {
  /** Requests that wait for a worker. */
  readonly size: number;
  /** Requests that a worker works on. */
  readonly pending: number;
  /** Answers that no consumer has acknowledged. */
  readonly undelivered: number;
  /** Age of the request that has waited longest; 0 when none waits. */
  readonly oldestAgeMs: number;
  /** Requests without an answer whose deadline passed a while ago: 0 unless something is broken. */
  readonly overdue: number;
}

/** What is wrong with a store that answers calls. */
export interface StoreHealth {
  /**
   * `full`: calls that bring something reject with a NoRoomError. `damaged`: something
   * was, and is replaced; an operator has to look at it.
   */
  readonly trouble: "full" | "damaged" | null;
  /** Rows that were stored and are gone, as far as the store knows. */
  readonly lostRows: number;
}

/** What only a queue can do that outlives its process. */
export interface DurableQueue {
  /** True when other processes can go on with what this one leaves. */
  readonly isShared: boolean;
  /** False while the store behind the queue is away. */
  readonly isReachable: boolean;
  /** What is wrong with the store although it answers. */
  readonly health: StoreHealth;
  /** From now on nothing waits long for a store that is away: the process wants to end. */
  hurry(): void;
  /** Lets a claimed request wait again, for another process or a later one. */
  giveBack(job: Job): Promise<void>;
  /** Keeps what a task published. `sessionID` is empty where it names none. */
  keepMetrics(sessionID: string, metrics: string): Promise<void>;
}

/**
 * Remembers every accepted request until its answer is delivered: a request is
 * `queued`, `running`, `answered`, `delivered`, in this order, once. `start`
 * rejects, and so do `accept` and `answer` with what a store can never hold, which
 * changes nothing; an implementation waits for a store that is away for a while.
 */
export interface RequestQueue {
  /** Null for a queue that ends with its process. */
  readonly durable: DurableQueue | null;
  /**
   * Takes a request, or says why not. A `duplicate` that was delivered is
   * delivered again; `unavailable` means that it could not be stored in time.
   */
  accept(request: QueuedRequest): Promise<AcceptOutcome>;
  /** From now on only duplicates are taken: what is new is `closed`. */
  close(): void;
  /**
   * Delivers an answer to a request that was not accepted. Waits while too many
   * answers lie undelivered; false when `signal` gave up before there was room.
   */
  refuse(key: RequestKey, answer: Answer, signal: AbortSignal): Promise<boolean>;
  /** Waits for work and takes up to `limit` requests; none when `signal` aborts. */
  claim(limit: number, signal: AbortSignal): Promise<readonly Job[]>;
  /** Waits for requests whose deadline passed while they waited, and takes them. */
  claimExpired(signal: AbortSignal): Promise<readonly Job[]>;
  /** Takes every request that still waits, to be refused when the server stops. */
  claimAll(): Promise<readonly Job[]>;
  /** Stores the answer; false when the attempt is fenced off and changed nothing. */
  answer(job: Job, answer: Answer): Promise<boolean>;
  /** Every answer once, to one consumer, as soon as it is there, until `signal` aborts. */
  deliveries(signal: AbortSignal): AsyncIterable<Delivery>;
  /** Resolves when nothing waits and nothing runs, or when `signal` aborts. */
  onIdle(signal: AbortSignal): Promise<void>;
  /** Resolves when every answer is acknowledged, or when `signal` aborts. */
  onDelivered(signal: AbortSignal): Promise<void>;
  /** Of a shared queue: what waits and runs anywhere. The last known one while its store is away. */
  stats(): Promise<QueueStats>;
  start(): Promise<void>;
  stop(): Promise<void>;
}
