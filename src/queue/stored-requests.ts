import { randomUUID } from "node:crypto";
import { Batcher } from "./batcher.ts";
import { Change } from "./change.ts";
import { Deadlines } from "./deadlines.ts";
import { neverAborted } from "./never-aborted.ts";
import type {
  Arrival,
  Claim,
  ClaimedAnswer,
  ClaimedRow,
  ClaimKind,
  QueueStore,
  StoreLimits,
} from "./queue-store.ts";
import type { AcceptOutcome, Answer, Job, QueuedRequest } from "./request-queue.ts";
import { ifReachable, type StoreAccess, StoreAwayError } from "./store-access.ts";

/** What the requests of a queue are kept with. */
export interface StoredRequestsOptions {
  readonly store: QueueStore;
  readonly access: StoreAccess;
  readonly limits: StoreLimits;
  /** How long a request waits for a store that is away. */
  readonly patienceMs: number;
  /** There may be new answers in the store. */
  readonly onAnswers: () => void;
}

type Insertion = "accepted" | "duplicate" | "full";

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
  readonly #inserts: Batcher<Arrival, Insertion>;
  readonly #answers: Batcher<ClaimedAnswer, boolean>;
  #isClosed = false;

  constructor(options: StoredRequestsOptions) {
    const { store, access, limits, patienceMs } = options;
    this.#options = options;
    this.#inserts = new Batcher({
      ...batchLimits,
      weigh: ({ request }) => request.bytes,
      work: (arrivals) => {
        const now = this.#isClosed ? { ...limits, maxSize: 0 } : limits;
        return access.call((isRetry) => store.insert(arrivals, now, isRetry), { patienceMs });
      },
    });
    this.#answers = new Batcher({
      ...batchLimits,
      weigh: ({ answer }) => answer.text.length,
      work: (answers) => access.call((isRetry) => store.answer(answers, isRetry)),
    });
  }

  /** Changes when requests may have become claimable, or were answered. */
  get change(): Change {
    return this.#change;
  }

  close(): void {
    this.#isClosed = true;
  }

  async accept(request: QueuedRequest): Promise<AcceptOutcome> {
    try {
      const outcome = await this.#inserts.add({ arrival: randomUUID(), request });
      if (outcome === "full") return this.#isClosed ? "closed" : "full";
      if (outcome === "duplicate") {
        // Its answer may have to go out once more.
        this.#options.onAnswers();
      } else {
        this.#deadlines.add(request.deadline);
        this.#change.notify();
      }
      return outcome;
    } catch (error) {
      if (error instanceof StoreAwayError) return "unavailable";
      throw error;
    }
  }

  async claim(limit: number, signal: AbortSignal): Promise<readonly Job[]> {
    while (!signal.aborted) {
      const { count } = this.#change;
      const jobs = await this.#claim("due", limit, signal);
      if (jobs.length > 0) return jobs;
      await this.#change.after(count, signal);
    }
    return [];
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

  async answer(job: Job, answer: Answer): Promise<boolean> {
    const claim = this.#running.get(job);
    if (!claim) return false;
    this.#running.delete(job);
    try {
      const isStored = await this.#answers.add({ ...claim, answer, answeredAt: Date.now() });
      if (isStored) this.#options.onAnswers();
      return isStored;
    } catch (error) {
      if (error instanceof StoreAwayError) return false;
      throw error;
    } finally {
      this.#change.notify();
    }
  }

  async giveBack(jobs: readonly Job[]): Promise<void> {
    const claims = jobs.flatMap((job) => this.#running.get(job) ?? []);
    for (const job of jobs) this.#running.delete(job);
    if (claims.length === 0) return;
    const { store, access } = this.#options;
    await ifReachable(access.call(() => store.giveBack(claims)));
    for (const { request } of jobs) this.#deadlines.add(request.deadline);
    this.#change.notify();
  }

  /** Learns the deadlines of what others accepted. */
  async lookAtDeadlines(signal: AbortSignal): Promise<void> {
    const { store, access } = this.#options;
    await this.#deadlines.learn(() =>
      ifReachable(access.call(() => store.nextDeadline(), { signal })),
    );
  }

  async #claim(kind: ClaimKind, limit: number, signal: AbortSignal): Promise<readonly Job[]> {
    const { store, access } = this.#options;
    const token = randomUUID();
    const claim = (isRetry: boolean) => store.claim(kind, token, limit, isRetry);
    const rows = await ifReachable(access.call(claim, { signal }));
    const claimedAt = Date.now();
    const jobs = (rows ?? []).map((row) => this.#begin(row, claimedAt));
    if (!signal.aborted) return jobs;
    // Whoever asked is gone.
    await this.giveBack(jobs);
    return [];
  }

  #begin({ row, token, request, attempt }: ClaimedRow, claimedAt: number): Job {
    const job = { request, attempt, claimedAt };
    this.#running.set(job, { row, token });
    return job;
  }
}
