import { resolve } from "node:path";
import { type Logger, silentLogger } from "../../data-models/request-context.ts";
import { ConfigurationError } from "../../errors/arena-error.ts";
import type { StoreHealth } from "../request-queue.ts";
import type { QueueStore, QueueStoreOptions } from "../stored/queue-store.ts";
import type { Durability } from "./file/open-store-file.ts";
import type { Args, FileEvent } from "./store-calls.ts";
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
  readonly insert = (...args: Args<"insert">) => this.#thread.call({ name: "insert", args });
  readonly refuse = (...args: Args<"refuse">) => this.#thread.call({ name: "refuse", args });
  readonly claim = (...args: Args<"claim">) => this.#thread.call({ name: "claim", args });
  readonly answer = (...args: Args<"answer">) => this.#thread.call({ name: "answer", args });
  readonly giveBack = (...args: Args<"giveBack">) => this.#thread.call({ name: "giveBack", args });
  readonly take = (...args: Args<"take">) => this.#thread.call({ name: "take", args });
  readonly done = (...args: Args<"done">) => this.#thread.call({ name: "done", args });
  readonly release = (...args: Args<"release">) => this.#thread.call({ name: "release", args });
  readonly again = (...args: Args<"again">) => this.#thread.call({ name: "again", args });
  readonly keepMetrics = (...args: Args<"keepMetrics">) =>
    this.#thread.call({ name: "keepMetrics", args });
  readonly nextDeadline = (...args: Args<"nextDeadline">) =>
    this.#thread.call({ name: "nextDeadline", args });
  readonly stats = (...args: Args<"stats">) => this.#thread.call({ name: "stats", args });
  readonly sweep = (...args: Args<"sweep">) => this.#thread.call({ name: "sweep", args });
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
