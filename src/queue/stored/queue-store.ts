import type {
  Answer,
  QueuedRequest,
  QueueStats,
  RequestKey,
  StoreHealth,
} from "../request-queue.ts";

/** A request to be stored. `arrival` names this call: storing it again changes nothing. */
export interface Arrival {
  readonly arrival: string;
  readonly request: QueuedRequest;
}

/** An answer to be stored whose request was not taken. */
export interface Refusal extends RequestKey {
  readonly arrival: string;
  readonly answer: Answer;
  readonly receivedAt: number;
}

/** How much may lie in the store. */
export interface StoreLimits {
  /** Requests that may wait. */
  readonly maxSize: number;
  /** Answers that may be neither delivered nor deleted. */
  readonly maxUndelivered: number;
}

/** Texts that one call reads or deletes together take at most so much, unless a single row is longer. */
export const maxBytesAtOnce = 16 * 2 ** 20;

/** One attempt's hold on a row. Whoever shows another `token` than the row's changes nothing. */
export interface Claim {
  readonly row: number;
  readonly token: string;
}

/** A claimed request. */
export interface ClaimedRow extends Claim {
  readonly request: QueuedRequest;
  /** Counts from 1. */
  readonly attempt: number;
  /** Why its request cannot be read, and so must not run; null if it can. */
  readonly unreadable: string | null;
}

/** What a claim takes: what may run, what is past its deadline, or whatever waits. */
export type ClaimKind = "due" | "expired" | "waiting";

/** A claim's answer. */
export interface ClaimedAnswer extends Claim {
  readonly answer: Answer;
  readonly answeredAt: number;
}

/** An answer that was taken for delivery. */
export interface TakenRow extends Claim, RequestKey {
  /** Grows with every answer that is stored, released ones keep theirs. */
  readonly order: number;
  readonly answer: Answer;
  readonly receivedAt: number;
  readonly claimedAt: number | null;
  readonly answeredAt: number;
  readonly repeated: boolean;
  /** Why its answer cannot be read, and so must not go out; null if it can. */
  readonly unreadable: string | null;
}

/** Published metrics to be kept. `sessionID` is empty where the metrics name none. */
export interface PublishedMetrics {
  /** Names this call: keeping it again changes nothing. */
  readonly arrival: string;
  readonly sessionID: string;
  readonly metrics: string;
  readonly receivedAt: number;
}

/** What may have changed in a store: requests became claimable, answers ready, or anything; or its health. */
export type StoreChange = "requests" | "answers" | "anything" | "health";

/** What a store is told when it is created. */
export interface QueueStoreOptions extends StoreLimits {
  readonly modelID: string;
  /** True when a session's requests run one after the other. */
  readonly isSerial: boolean;
  /** Delivered rows and metrics are kept this long; 0 keeps none. */
  readonly retentionMs: number;
  /** The oldest of them go earlier when they take more than this. */
  readonly retentionBytes: number;
  /** What an owner that is not heard of for so long had claimed or taken is free again. */
  readonly leaseMs: number;
  /** Called when another process may have changed something, and when the store is back. */
  readonly onChange: (change: StoreChange) => void;
}

/** Nothing is wrong. */
export const soundHealth: StoreHealth = { trouble: null, lostRows: 0 };

/**
 * The rows behind a durable queue, of one model. A call has happened, and
 * survives a crash, when its promise resolves; when it rejects, it may have
 * happened or not, except after a NotDoneError or DataError, and the same call
 * may be made again with `isRetry` true: no call does its work twice. Methods that take lists do all or nothing.
 */
export interface QueueStore {
  /**
   * What was claimed or taken after `since` is surely held until `until`, both by
   * `steadyNow`; what was before may have been given to others.
   */
  readonly lease: { readonly since: number; readonly until: number };
  /**
   * True when several processes can use the same rows. A store that is not shared
   * does its calls in the order in which they are made: a claim that is called
   * after an insert, before that has ended, finds what it stores.
   */
  readonly isShared: boolean;
  /**
   * Whether requests may wait, and answers that nobody has taken, since the last call that
   * ended: a claim or take brings nothing where they do not. Always true of a shared store.
   */
  readonly mayHave: { readonly requests: boolean; readonly answers: boolean };
  readonly health: StoreHealth;
  /** How often `sweep` wants to be called. */
  readonly sweepIntervalMs: number;
  /**
   * Opens the store, sets it up if it is new, and frees what a dead owner held.
   * @throws ConfigurationError when it cannot be used as it is
   */
  start(): Promise<void>;
  /** Frees what is still claimed or taken, and closes. Idempotent. */
  stop(): Promise<void>;
  /**
   * Stores what is new, in the order of the list. A duplicate of an answer that
   * was delivered becomes deliverable again (`repeated`); of one that is taken,
   * it does so when that delivery is done.
   */
  insert(
    arrivals: readonly Arrival[],
    limits: StoreLimits,
    isRetry: boolean,
  ): Promise<readonly ("accepted" | "duplicate" | "full")[]>;
  /** Stores answers without requests; false for those that find no room. */
  refuse(refusals: readonly Refusal[], isRetry: boolean): Promise<readonly boolean[]>;
  /**
   * Claims up to `limit` requests, oldest first, fewer where they are long, under
   * this token, or under another one for a retry. `due` ones only while answers have room.
   */
  claim(
    kind: ClaimKind,
    token: string,
    limit: number,
    isRetry: boolean,
  ): Promise<readonly ClaimedRow[]>;
  /** Stores answers; false for claims that do not hold their row any more. */
  answer(answers: readonly ClaimedAnswer[], isRetry: boolean): Promise<readonly boolean[]>;
  /** Lets claimed requests wait again, as if they had not been claimed. */
  giveBack(claims: readonly Claim[]): Promise<void>;
  /** Takes up to `limit` answers for delivery, in their order, in the way of a claim. */
  take(token: string, limit: number, isRetry: boolean): Promise<readonly TakenRow[]>;
  /** Ends deliveries whose peer has the answer. */
  done(taken: readonly Claim[], deliveredAt: number): Promise<void>;
  /** Ends deliveries whose peer may not have it: others can take them. */
  release(taken: readonly Claim[]): Promise<void>;
  /**
   * Lets delivered answers go out once more, at their end; false for those that are not
   * kept. Made again, it may let them go out twice.
   */
  again(rows: readonly number[]): Promise<readonly boolean[]>;
  /** Keeps published metrics. */
  keepMetrics(metrics: readonly PublishedMetrics[]): Promise<void>;
  /** Earliest deadline of the requests that wait, in milliseconds since 1970. */
  nextDeadline(): Promise<number | null>;
  stats(): Promise<QueueStats>;
  /**
   * Says that this owner lives, frees what dead ones held, and deletes a batch
   * of what was kept long enough; true when more is left to delete.
   */
  sweep(): Promise<boolean>;
}
