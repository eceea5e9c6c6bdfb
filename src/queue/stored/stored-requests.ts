import { randomUUID } from "node:crypto";
import { Change } from "../../async/change.ts";
import { neverAborted } from "../../async/never-aborted.ts";
import type { Logger } from "../../data-models/request-context.ts";
import { heapBytes } from "../../process/heap-limit.ts";
import type { AcceptOutcome, Answer, Job, QueuedRequest } from "../request-queue.ts";
import { Batcher } from "./batcher.ts";
import { Deadlines } from "./deadlines.ts";
import { InDoubtInserts } from "./in-doubt-inserts.ts";
import { isHeld, steadyNow } from "./lease.ts";
import type {
  Arrival,
  Claim,
  ClaimedAnswer,
  ClaimedRow,
  ClaimKind,
  QueueStore,
  StoreLimits,
} from "./queue-store.ts";
import { answerUnreadable } from "./read-row.ts";
import { ifReachable, type StoreAccess, StoreAwayError } from "./store-access.ts";
import { NoRoomError } from "./store-errors.ts";

/** What the requests of a queue are kept with. */
export interface StoredRequestsOptions {
  readonly store: QueueStore;
  readonly access: StoreAccess;
  readonly limits: StoreLimits;
  /** Bytes of requests that may run here before no further one is begun. Default: an eighth of the heap. */
  readonly maxBytes?: number;
  readonly logger: Logger;
  /** How long a request waits for a store that is away. */
  readonly retryForMs: number;
  /** How long it waits when the store may have it. */
  readonly doubtMs: number;
  /** There may be new answers in the store. */
  readonly onAnswers: () => void;
}

type Insertion = "accepted" | "duplicate" | "full" | "unavailable";

/** Two are under way at once, so that one gathers while another is written. */
const batchLimits = { concurrency: 2, maxItems: 200 };
/** Requests that are refused together. */
const claimLimit = 100;

/** Takes requests into a store and hands them to workers. */
export class StoredRequests {
  readonly #options: StoredRequestsOptions;
  readonly #deadlines = new Deadlines();
  readonly #change = new Change();
  /** What this process works on. */
  readonly #running = new Map<Job, Claim>();
  readonly #maxBytes: number;
  #bytes = 0;
  /** Counts what may have made requests wait; after so many of these none was left. */
  #additions = 0;
  #exhaustedAt = -1;
  readonly #inserts: Batcher<Arrival, Insertion>;
  readonly #inDoubt: InDoubtInserts;
  readonly #answers: Batcher<ClaimedAnswer, boolean>;
  #isClosed = false;

  constructor(options: StoredRequestsOptions) {
    const { store, access, doubtMs } = options;
    this.#options = options;
    this.#maxBytes = options.maxBytes ?? heapBytes / 8;
    this.#inserts = new Batcher({
      ...batchLimits,
      weigh: ({ request }) => request.bytes,
      work: (arrivals, isAgain) => this.#insertAll(arrivals, isAgain),
    });
    this.#inDoubt = new InDoubtInserts({
      access,
      maxMs: doubtMs,
      maxBytes: this.#maxBytes,
    });
    this.#answers = new Batcher({
      ...batchLimits,
      weigh: ({ answer }) => answer.text.length,
      work: (answers, isAgain) => {
        const answer = (isRetry: boolean) => {
          const answered = store.answer(answers, isRetry || isAgain);
          // As with an insert and the claim of it, a take goes with this.
          if (!store.isShared) options.onAnswers();
          return answered;
        };
        return access.call(answer, { carriesData: true });
      },
    });
  }

  /** Changes when requests may have become claimable, or were answered. */
  get change(): Change {
    return this.#change;
  }

  /** Requests may have become claimable in a way that the store has not said yet. */
  wake(): void {
    this.#additions++;
    this.#change.notify();
  }

  close(): void {
    this.#isClosed = true;
  }

  /** @throws DataError when the store cannot hold the request */
  async accept(request: QueuedRequest): Promise<AcceptOutcome> {
    const outcome = await this.#insert({ arrival: randomUUID(), request });
    if (outcome === "full" && this.#isClosed) return "closed";
    // Its answer may have to go out once more.
    if (outcome === "duplicate") this.#options.onAnswers();
    if (outcome === "accepted") {
      this.#deadlines.add(request.deadline);
      if (this.#options.store.isShared) this.wake();
    }
    return outcome;
  }

  async claim(limit: number, signal: AbortSignal): Promise<readonly Job[]> {
    while (!signal.aborted) {
      await this.#change.until(() => this.#canClaim, signal);
      if (signal.aborted) break;
      const { count } = this.#change;
      const jobs = await this.#claim("due", limit, signal);
      if (jobs.length > 0) return jobs;
      await this.#change.after(count, signal);
    }
    return [];
  }

  /** What is too much at once waits in the store, but one can always run. */
  get #canClaim(): boolean {
    return this.#bytes < this.#maxBytes && this.#additions !== this.#exhaustedAt;
  }

  async claimExpired(signal: AbortSignal): Promise<readonly Job[]> {
    while (!signal.aborted) {
      await this.#deadlines.passed(signal);
      if (signal.aborted) break;
      const jobs = await this.#claim("expired", claimLimit, signal);
      if (jobs.length > 0) return jobs;
      await this.lookAtDeadlines(signal);
    }
    return [];
  }

  async claimAll(): Promise<readonly Job[]> {
    const all: Job[] = [];
    for (;;) {
      const jobs = await this.#claim("waiting", claimLimit, neverAborted);
      if (jobs.length === 0) return all;
      all.push(...jobs);
    }
  }

  /** @throws DataError when the store cannot hold the answer: another one can be stored in its place */
  async answer(job: Job, answer: Answer): Promise<boolean> {
    const claim = this.#end(job);
    if (!claim) return false;
    try {
      const isStored = await this.#answers.add({ ...claim, answer, answeredAt: Date.now() });
      if (isStored && this.#options.store.isShared) this.#options.onAnswers();
      return isStored;
    } catch (error) {
      if (error instanceof StoreAwayError) return false;
      this.#hold(job, claim);
      throw error;
    } finally {
      this.#change.notify();
    }
  }

  async giveBack(jobs: readonly Job[]): Promise<void> {
    const claims = jobs.flatMap((job) => this.#end(job) ?? []);
    if (claims.length === 0) return;
    const { store, access } = this.#options;
    await ifReachable(access.call(() => store.giveBack(claims)));
    for (const { request } of jobs) this.#deadlines.add(request.deadline);
    this.wake();
  }

  /** Learns the deadlines of what others accepted. */
  async lookAtDeadlines(signal: AbortSignal): Promise<void> {
    const { store, access } = this.#options;
    await this.#deadlines.learn(() =>
      ifReachable(access.call(() => store.nextDeadline(), { signal })),
    );
  }

  async #insert(arrival: Arrival): Promise<AcceptOutcome> {
    try {
      return await this.#inserts.add(arrival);
    } catch (error) {
      if (error instanceof NoRoomError) return "unavailable";
      if (!(error instanceof StoreAwayError)) throw error;
      if (!error.mayBeDone) return "unavailable";
    }
    const limits = this.#limits;
    const again = () => this.#insertNow([arrival], limits, true);
    const outcome = (await this.#inDoubt.settle(arrival.request, again))?.[0];
    // The insert of before may still be on its way, and find room.
    return outcome === undefined || outcome === "full" ? "unknown" : outcome;
  }

  get #limits(): StoreLimits {
    const { limits } = this.#options;
    return this.#isClosed ? { ...limits, maxSize: 0 } : limits;
  }

  async #insertAll(arrivals: readonly Arrival[], isAgain: boolean): Promise<readonly Insertion[]> {
    const { access, retryForMs } = this.#options;
    // Batches before this one may have used up its patience.
    const latest = access.isAway ? Date.now() - retryForMs : Number.NEGATIVE_INFINITY;
    const timely = arrivals.filter(({ request }) => request.receivedAt > latest);
    if (timely.length === 0) return arrivals.map(() => "unavailable");
    const limits = this.#limits;
    const insert = (isRetry: boolean) => this.#insertNow(timely, limits, isRetry || isAgain);
    const outcomes = await access.call(insert, { retryForMs, carriesData: true });
    const byArrival = new Map(timely.map((arrival, place) => [arrival, outcomes[place]]));
    return arrivals.map((arrival) => byArrival.get(arrival) ?? "unavailable");
  }

  #insertNow(...call: Parameters<QueueStore["insert"]>): ReturnType<QueueStore["insert"]> {
    const { store } = this.#options;
    const inserted = store.insert(...call);
    // Its calls are done in their order: a claim that goes with the insert finds what that stores.
    if (!store.isShared) this.wake();
    return inserted;
  }

  async #claim(kind: ClaimKind, limit: number, signal: AbortSignal): Promise<readonly Job[]> {
    const { store, access } = this.#options;
    for (;;) {
      const begin = steadyNow();
      const isLost = () => kind === "due" && !isHeld(store, begin);
      // Others would get it at once; whoever renews the lease lets claims be made again.
      if (isLost()) return [];
      const token = randomUUID();
      const additions = this.#additions;
      const claim = (isRetry: boolean) => store.claim(kind, token, limit, isRetry);
      const rows = await ifReachable(access.call(claim, { signal }));
      if (rows === undefined) return [];
      if (!store.mayHave.requests) this.#exhaustedAt = additions;
      const claimedAt = Date.now();
      const jobs: Job[] = [];
      for (const row of rows) {
        if (row.unreadable === null) jobs.push(this.#begin(row, claimedAt));
        else void this.#refuse(row, row.unreadable);
      }
      if (signal.aborted || isLost()) {
        // Whoever asked is gone, or others may work on it.
        await this.giveBack(jobs);
        return [];
      }
      if (jobs.length > 0 || rows.length === 0) return jobs;
    }
  }

  #begin({ row, token, request, attempt }: ClaimedRow, claimedAt: number): Job {
    const job = { request, attempt, claimedAt };
    this.#hold(job, { row, token });
    return job;
  }

  #hold(job: Job, claim: Claim): void {
    this.#running.set(job, claim);
    this.#bytes += job.request.bytes;
  }

  #end(job: Job): Claim | undefined {
    const claim = this.#running.get(job);
    if (claim && this.#running.delete(job)) this.#bytes -= job.request.bytes;
    return claim;
  }

  /** Nobody can work on it, and whoever waits for it gets an error rather than nothing. */
  async #refuse({ row, token, request }: ClaimedRow, unreadable: string): Promise<void> {
    const { logger, onAnswers } = this.#options;
    const answer = answerUnreadable(request, unreadable, logger);
    try {
      await this.#answers.add({ row, token, answer, answeredAt: Date.now() });
      onAnswers();
    } catch (error) {
      // It is claimed again when this process has ended.
      if (!(error instanceof StoreAwayError)) logger.error({ err: error }, "no answer is stored");
    } finally {
      this.#change.notify();
    }
  }
}
