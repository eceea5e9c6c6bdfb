import { resolve } from "node:path";
import { type Logger, silentLogger } from "../../data-models/request-context.ts";
import { ConfigurationError } from "../../errors/arena-error.ts";
import type { QueueStats, StoreHealth } from "../request-queue.ts";
import type {
  Arrival,
  Claim,
  ClaimedAnswer,
  ClaimedRow,
  ClaimKind,
  PublishedMetrics,
  QueueStore,
  QueueStoreOptions,
  Refusal,
  StoreLimits,
  TakenRow,
} from "../stored/queue-store.ts";
import type { Durability } from "./file/open-store-file.ts";
import type { FileEvent } from "./store-calls.ts";
import { StoreThread, UnusableStoreError } from "./store-thread.ts";

/** Where a store keeps its rows, and what a resolved call survives. */
export interface SqliteStoreOptions extends QueueStoreOptions {
  readonly file: string;
  /** `process`: the end of this process, however it ends; `power`: also the end of the machine. */
  readonly durability: Durability;
  /** Hears what befalls the file; nobody by default. */
  readonly logger?: Logger;
}

/** What is kept for a shorter time is looked at more often. */
const sweepMs = { least: 5000, most: 60_000 };

/**
 * Keeps requests and answers in a file that this process alone serves. All work
 * is done in a thread, and what comes together is written together.
 */
export class SqliteStore implements QueueStore {
  /** Nobody else can take what this process holds. */
  readonly lease = { since: 0, until: Number.POSITIVE_INFINITY };
  readonly isShared = false;
  readonly sweepIntervalMs: number;
  readonly #logger: Logger;
  readonly #thread: StoreThread;
  readonly #onChange: QueueStoreOptions["onChange"];
  #lostRows = 0;
  #isFull = false;
  #isDamaged = false;

  constructor({ file, durability, onChange, ...options }: SqliteStoreOptions) {
    this.#logger = options.logger ?? silentLogger;
    this.#onChange = onChange;
    const { modelID, isSerial, maxUndelivered, retentionMs, retentionBytes } = options;
    this.sweepIntervalMs = Math.min(sweepMs.most, Math.max(sweepMs.least, retentionMs));
    const rowOptions = { modelID, isSerial, maxUndelivered, retentionMs, retentionBytes };
    this.#thread = new StoreThread(
      { file: resolve(file), durability, options: rowOptions },
      { onForeignChange: () => onChange("anything"), onEvent: (event) => this.#hear(event) },
    );
  }

  get mayHave(): QueueStore["mayHave"] {
    return this.#thread.mayHave;
  }

  get health(): StoreHealth {
    const trouble = this.#isFull ? "full" : this.#isDamaged ? "damaged" : null;
    return { trouble, lostRows: this.#lostRows };
  }

  async start(): Promise<void> {
    try {
      await this.#thread.open();
    } catch (error) {
      if (!(error instanceof UnusableStoreError)) throw error;
      throw new ConfigurationError([{ name: "QUEUE_URL", message: error.message }]);
    }
  }

  stop(): Promise<void> {
    return this.#thread.close();
  }

  insert(
    arrivals: readonly Arrival[],
    limits: StoreLimits,
  ): Promise<readonly ("accepted" | "duplicate" | "full")[]> {
    return this.#thread.call({ name: "insert", arrivals, limits });
  }

  refuse(refusals: readonly Refusal[]): Promise<readonly boolean[]> {
    return this.#thread.call({ name: "refuse", refusals });
  }

  claim(
    kind: ClaimKind,
    token: string,
    limit: number,
    isRetry: boolean,
  ): Promise<readonly ClaimedRow[]> {
    return this.#thread.call({ name: "claim", kind, token, limit, isRetry });
  }

  answer(answers: readonly ClaimedAnswer[], isRetry: boolean): Promise<readonly boolean[]> {
    return this.#thread.call({ name: "answer", answers, isRetry });
  }

  giveBack(claims: readonly Claim[]): Promise<void> {
    return this.#thread.call({ name: "giveBack", claims });
  }

  take(token: string, limit: number, isRetry: boolean): Promise<readonly TakenRow[]> {
    return this.#thread.call({ name: "take", token, limit, isRetry });
  }

  done(taken: readonly Claim[], deliveredAt: number): Promise<void> {
    return this.#thread.call({ name: "done", taken, deliveredAt });
  }

  release(taken: readonly Claim[]): Promise<void> {
    return this.#thread.call({ name: "release", taken });
  }

  again(rows: readonly number[]): Promise<readonly boolean[]> {
    return this.#thread.call({ name: "again", rows });
  }

  keepMetrics(metrics: readonly PublishedMetrics[]): Promise<void> {
    return this.#thread.call({ name: "keepMetrics", metrics });
  }

  nextDeadline(): Promise<number | null> {
    return this.#thread.call({ name: "nextDeadline" });
  }

  stats(): Promise<QueueStats> {
    return this.#thread.call({ name: "stats" });
  }

  sweep(): Promise<boolean> {
    return this.#thread.call({ name: "sweep" });
  }

  #hear(event: FileEvent): void {
    switch (event.name) {
      case "notice":
        this.#logger.error({}, event.message);
        break;
      case "lost":
        this.#lostRows += event.count;
        this.#logger.error({ lost: event.count }, event.message);
        break;
      case "full":
        this.#isFull = true;
        this.#onChange("health");
        this.#logger.error({}, event.message);
        break;
      case "room":
        this.#isFull = false;
        this.#onChange("health");
        this.#logger.info({}, "the queue's disk has room again");
        // What found none is there to be stored.
        this.#onChange("anything");
        break;
      case "damaged":
        this.#isDamaged = true;
        this.#onChange("health");
        this.#lostRows += event.count;
        this.#logger.error({ lost: event.count }, event.message);
        this.#onChange("anything");
        break;
      case "overfull":
        this.#logger.warn({}, event.message);
    }
  }
}
