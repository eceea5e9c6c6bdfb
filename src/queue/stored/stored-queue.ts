import { randomUUID } from "node:crypto";
import { once } from "node:events";
import type { Logger } from "../../data-models/request-context.ts";
import { ConfigurationError } from "../../errors/arena-error.ts";
import { messageOf } from "../../text/reason-of.ts";
import type { QueueOptions } from "../queue-options.ts";
import type {
  AcceptOutcome,
  Answer,
  Delivery,
  DurableQueue,
  Job,
  QueuedRequest,
  QueueStats,
  RequestKey,
  RequestQueue,
  StoreHealth,
} from "../request-queue.ts";
import { Pending } from "./pending.ts";
import type {
  PublishedMetrics,
  QueueStore,
  QueueStoreOptions,
  StoreChange,
  StoreLimits,
} from "./queue-store.ts";
import { ifReachable, StoreAccess, StoreAwayError } from "./store-access.ts";
import { DataError } from "./store-errors.ts";
import { StoredAnswers } from "./stored-answers.ts";
import { StoredRequests } from "./stored-requests.ts";
import { Upkeep } from "./upkeep.ts";

/** As many answers as the queue in memory holds, before no further work is begun. */
const maxUndelivered = 10_000;

/** Puts a queue on top of a store. */
export function createStoredQueue(
  options: QueueOptions,
  createStore: (options: QueueStoreOptions) => QueueStore,
): StoredQueue {
  const { modelID, maxSize, sessionOrder, leaseMs, logger } = options;
  const { retentionMs, retentionBytes } = options;
  const isSerial = sessionOrder === "serial";
  const limits = { maxSize, maxUndelivered };
  return new StoredQueue({
    ...limits,
    isSerial,
    logger,
    ...(options.onHealth && { onHealth: options.onHealth }),
    createStore: (onChange) =>
      createStore({
        ...limits,
        ...{ modelID, isSerial, retentionMs, retentionBytes, leaseMs, onChange },
      }),
  });
}

/** How a queue uses its store. */
interface StoredQueueOptions extends StoreLimits {
  /** True when the answer to a request lets its session's next one run. */
  readonly isSerial: boolean;
  /** Creates the store, which calls back when something may have changed there. */
  readonly createStore: (onChange: (change: StoreChange) => void) => QueueStore;
  readonly logger: Logger;
  /** Called when the store's health has changed. */
  readonly onHealth?: () => void;
  /** How long a request waits for a store that is away before it is refused. */
  readonly retryForMs?: number;
  /** How long it waits when the store went away with it. */
  readonly doubtMs?: number;
  /** How long the store may take to say how full it is, before what it said last counts. */
  readonly statsRetryForMs?: number;
  /** Bytes of requests that may run here before no further one is begun. Default: an eighth of the heap. */
  readonly maxBytes?: number;
}

/** Time for a database to start again after a crash, or for a standby to take over. */
const defaultRetryForMs = 5000;
/** Time for somebody to start a database again by hand, or to turn over to another place. */
const defaultDoubtMs = 30_000;
/** A scrape, and whoever stops the server, shall not wait for long. */
const defaultStatsRetryForMs = 1000;
/** Published metrics that wait for a store that is away; the log has all of them. */
const maxMetricsWaiting = 1000;
/** Attempts to keep metrics that fail while others succeed: they may be more than the store can take. */
const maxMetricsFailures = 5;
/** A database may start together with its servers. */
const startRetryForMs = 60_000;
/** Whoever stops the server does not wait for a store that is away. */
const closingRetryForMs = 2000;

/**
 * A queue whose rows lie in a store and outlive this process: SQLite's for one
 * process, Postgres' for many. Whatever it says has happened has been stored.
 */
export class StoredQueue implements RequestQueue, DurableQueue {
  readonly durable = this;
  readonly #store: QueueStore;
  readonly #access: StoreAccess;
  readonly #requests: StoredRequests;
  readonly #answers: StoredAnswers;
  readonly #upkeep: Upkeep;
  readonly #isSerial: boolean;
  readonly #statsRetryForMs: number;
  readonly #onHealth: () => void;
  readonly #logger: Logger;
  readonly #metrics = new Pending();
  readonly #stopping = new AbortController();
  #lastStats: QueueStats = { size: 0, pending: 0, undelivered: 0, oldestAgeMs: 0, overdue: 0 };

  constructor(options: StoredQueueOptions) {
    const { isSerial, logger, retryForMs = defaultRetryForMs } = options;
    const { doubtMs = defaultDoubtMs } = options;
    const { maxSize, maxUndelivered, maxBytes } = options;
    const store = options.createStore((change) => this.#changed(change));
    const access = new StoreAccess(logger, {
      // Not every call waits for a store that is away; upkeep does, and so it hears when it is back.
      onAway: () => this.#upkeep.now(),
      onBack: () => this.#changed("anything"),
    });
    this.#store = store;
    this.#access = access;
    this.#requests = new StoredRequests({
      store,
      access,
      limits: { maxSize, maxUndelivered },
      ...(maxBytes !== undefined && { maxBytes }),
      retryForMs,
      doubtMs,
      logger,
      onAnswers: () => this.#changed("answers"),
    });
    this.#answers = new StoredAnswers({
      store,
      access,
      maxUndelivered,
      retryForMs,
      doubtMs,
      logger,
      onRoom: () => this.#requests.change.notify(),
    });
    this.#upkeep = new Upkeep({
      intervalMs: store.sweepIntervalMs,
      work: async (signal) => {
        const isMoreLeft = await ifReachable(access.call(() => store.sweep(), { signal }));
        await this.#requests.lookAtDeadlines(signal);
        return isMoreLeft ?? false;
      },
    });
    this.#isSerial = isSerial;
    this.#onHealth = options.onHealth ?? (() => {});
    this.#statsRetryForMs = options.statsRetryForMs ?? defaultStatsRetryForMs;
    this.#logger = logger;
  }

  get isShared(): boolean {
    return this.#store.isShared;
  }

  get isReachable(): boolean {
    return !this.#access.isAway;
  }

  get health(): StoreHealth {
    return this.#store.health;
  }

  accept(request: QueuedRequest): Promise<AcceptOutcome> {
    return this.#requests.accept(request);
  }

  close(): void {
    this.#requests.close();
  }

  hurry(): void {
    this.#access.limitPatience(closingRetryForMs);
  }

  refuse(key: RequestKey, answer: Answer, signal: AbortSignal): Promise<boolean> {
    return this.#answers.refuse(key, answer, signal);
  }

  claim(limit: number, signal: AbortSignal): Promise<readonly Job[]> {
    return this.#requests.claim(limit, signal);
  }

  claimExpired(signal: AbortSignal): Promise<readonly Job[]> {
    return this.#requests.claimExpired(signal);
  }

  claimAll(): Promise<readonly Job[]> {
    return this.#requests.claimAll();
  }

  answer(job: Job, answer: Answer): Promise<boolean> {
    return this.#requests.answer(job, answer);
  }

  giveBack(job: Job): Promise<void> {
    return this.#requests.giveBack([job]);
  }

  async keepMetrics(sessionID: string, metrics: string): Promise<void> {
    if (this.#metrics.size >= maxMetricsWaiting) {
      this.#logger.warn({ sessionID }, "metrics are not kept while the queue's store is away");
      return;
    }
    const keeping = this.#keep({
      arrival: randomUUID(),
      ...{ sessionID, metrics, receivedAt: Date.now() },
    });
    this.#metrics.add(keeping);
    await keeping;
  }

  deliveries(signal: AbortSignal): AsyncIterable<Delivery> {
    return this.#answers.deliveries(signal);
  }

  onIdle(signal: AbortSignal): Promise<void> {
    return this.#until(({ size, pending }) => size + pending === 0, signal);
  }

  onDelivered(signal: AbortSignal): Promise<void> {
    return this.#until(({ undelivered }) => undelivered === 0, signal);
  }

  /** Whoever wants to know how it stands does not wait for a store that says nothing. */
  async stats(): Promise<QueueStats> {
    if (this.#access.isAway) return this.#lastStats;
    const late = new AbortController();
    const timer = setTimeout(() => late.abort(), this.#statsRetryForMs);
    const last = once(late.signal, "abort").then(() => this.#lastStats);
    try {
      return await Promise.race([this.#askForStats(late.signal), last]);
    } finally {
      clearTimeout(timer);
    }
  }

  async #askForStats(signal: AbortSignal): Promise<QueueStats> {
    await this.#answers.settled(AbortSignal.any([this.#access.reach, signal]));
    if (signal.aborted) return this.#lastStats;
    const stats = await ifReachable(
      this.#access.call(() => this.#store.stats(), { retryForMs: 0 }),
    );
    if (!stats) return this.#lastStats;
    const undelivered = stats.undelivered + this.#answers.kept;
    this.#lastStats = { ...stats, undelivered };
    return this.#lastStats;
  }

  async start(): Promise<void> {
    const signal = this.#stopping.signal;
    const start = this.#access.call(() => this.#store.start(), {
      retryForMs: startRetryForMs,
      signal,
    });
    await start.catch((error: unknown) => {
      throw error instanceof StoreAwayError ? notFound(error.cause) : error;
    });
    this.#upkeep.start();
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
    this.hurry();
    await this.#upkeep.stop();
    await Promise.all([this.#answers.settled(), this.#metrics.settled()]);
    await this.#store.stop();
  }

  async #until(holds: (stats: QueueStats) => boolean, signal: AbortSignal): Promise<void> {
    const { change } = this.#requests;
    while (!signal.aborted) {
      const { count } = change;
      if (holds(await this.stats())) return;
      await change.after(count, signal);
    }
  }

  async #keep(published: PublishedMetrics): Promise<void> {
    const keep = () => this.#store.keepMetrics([published]);
    const call = this.#access.call(keep, { carriesData: true, maxFailures: maxMetricsFailures });
    try {
      await ifReachable(call);
    } catch (error) {
      if (!(error instanceof DataError)) throw error;
      const { sessionID } = published;
      this.#logger.warn({ sessionID, err: error }, "metrics are not kept: the store refuses them");
    }
  }

  #changed(change: StoreChange): void {
    if (change === "health") {
      this.#onHealth();
      return;
    }
    if (change === "anything") this.#access.retryNow();
    if (change === "anything" && !this.#access.isAway) this.#answers.storeIsBack();
    if (change === "answers" || change === "anything") this.#answers.wake();
    if (change !== "answers") this.#requests.wake();
    // Where sessions are serial an answer lets the next request go, of those that wait.
    else if (this.#isSerial) this.#requests.change.notify();
    if (change === "anything") this.#answers.makeRoom();
  }
}

function notFound(cause: unknown): ConfigurationError {
  return new ConfigurationError([{ name: "QUEUE_URL", message: messageOf(cause) }], { cause });
}
