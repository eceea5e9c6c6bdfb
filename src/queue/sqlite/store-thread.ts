import { Worker } from "node:worker_threads";
import { heapBytes } from "../../process/heap-limit.ts";
import type { QueueStore } from "../stored/queue-store.ts";
import { DataError, NoRoomError, NotDoneError, toNotDone } from "../stored/store-errors.ts";
import {
  bytesOf,
  type CallName,
  type FileEvent,
  type Result,
  type StoreCall,
  type ThreadData,
  type ThreadMessage,
  type ThreadReply,
} from "./store-calls.ts";

/** The file cannot be opened; the message says why and what to do. */
export class UnusableStoreError extends Error {
  override readonly name = "UnusableStoreError";
}

/** Hears what no call brings about. */
export interface ThreadListener {
  readonly onForeignChange: () => void;
  readonly onEvent: (event: FileEvent) => void;
}

interface PendingCall {
  readonly call: StoreCall;
  resolve(result: unknown): void;
  reject(reason: Error): void;
}

// The thread's module lies beside this one, in the same form: .ts or .js.
const entry = new URL(`./sqlite-worker${import.meta.url.slice(-3)}`, import.meta.url);
/** Most of what the thread makes is short-lived: more room for it only takes memory. */
const resourceLimits = { maxYoungGenerationSizeMb: 4 };
/** What would make it more than this under way waits here, and takes its memory once. */
const maxBytesUnderWay = Math.min(32 * 2 ** 20, heapBytes / 8);

/** Sends calls to a thread that does them, all calls of one turn together. */
export class StoreThread {
  readonly #data: Omit<ThreadData, "freesRows">;
  readonly #listener: ThreadListener;
  #worker: Worker | null = null;
  #waiting: PendingCall[] = [];
  /** In the order in which the thread replies. */
  #sent: PendingCall[] = [];
  #bytesUnderWay = 0;
  #isScheduled = false;
  #opening: Promise<void> | null = null;
  #closing: Promise<void> | null = null;
  #isOpen = false;
  #mayHave: QueueStore["mayHave"] = { requests: true, answers: true };

  constructor(data: Omit<ThreadData, "freesRows">, listener: ThreadListener) {
    this.#data = data;
    this.#listener = listener;
  }

  /** What the rows were after the last calls that were done. */
  get mayHave(): QueueStore["mayHave"] {
    return this.#mayHave;
  }

  /** @throws UnusableStoreError */
  open(): Promise<void> {
    this.#opening ??= this.#startWorker(true).then(() => {
      this.#isOpen = true;
    });
    return this.#opening;
  }

  /** Resolves once the call is on disk; rejects with an error that says what to do. */
  call<Name extends CallName>(call: StoreCall & { readonly name: Name }): Promise<Result<Name>> {
    return new Promise((resolve, reject) => {
      if (!this.#isOpen) {
        const message = `${this.#data.file} is not open: calls come between start() and stop()`;
        reject(new NotDoneError(message));
        return;
      }
      this.#waiting.push({ call, resolve, reject });
      this.#schedule();
    });
  }

  /** Does the calls that were made before, frees what is held, and closes the file. */
  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    // Whoever opened it has heard of a failure.
    await this.#opening?.catch(() => {});
    this.#isOpen = false;
    const worker = this.#worker;
    if (!worker) return;
    // Also by a failure, of which the callers hear whose calls did not end.
    const ended = new Promise((resolve) => worker.once("exit", resolve));
    this.#post(worker, this.#waiting.length);
    tell(worker, "close");
    await ended;
  }

  /** The rest of this turn may bring more. */
  #schedule(): void {
    if (this.#isScheduled) return;
    this.#isScheduled = true;
    setImmediate(() => {
      this.#isScheduled = false;
      this.#send();
    });
  }

  #send(): void {
    let count = 0;
    for (const { call } of this.#waiting) {
      const bytes = this.#bytesUnderWay + bytesOf(call);
      if (this.#bytesUnderWay > 0 && bytes > maxBytesUnderWay) break;
      this.#bytesUnderWay = bytes;
      count++;
    }
    if (count === 0) return;
    if (!this.#worker) {
      // It ended by a mistake; whoever calls now hears whether it can start again.
      this.#startWorker(false).then(this.#listener.onForeignChange, () => {});
    }
    if (this.#worker) this.#post(this.#worker, count);
  }

  #post(worker: Worker, count: number): void {
    const group = this.#waiting.splice(0, count);
    if (group.length === 0) return;
    for (const pending of group) this.#sent.push(pending);
    tell(
      worker,
      group.map(({ call }) => call),
    );
  }

  #startWorker(freesRows: boolean): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const { file } = this.#data;
    const worker = new Worker(entry, {
      name: "sqlite",
      workerData: { ...this.#data, freesRows },
      // It needs none of the flags and secrets of this process.
      execArgv: [],
      env: {},
      resourceLimits,
    });
    let failure = new Error(`the thread that writes ${file} ended; it starts again`);
    worker.on("message", (reply: ThreadReply) => {
      if (reply.kind === "open") resolve();
      else if (reply.kind === "event") this.#listener.onEvent(reply.event);
      else if (reply.kind === "unusable") failure = new UnusableStoreError(reply.message);
      else this.#settle(reply);
    });
    worker.on("error", (cause) => {
      failure = new Error(`the thread that writes ${file} failed; it starts again`, { cause });
    });
    worker.on("exit", () => {
      this.#worker = null;
      reject(failure);
      this.#rejectAll(failure, failure instanceof UnusableStoreError);
    });
    this.#worker = worker;
    return promise;
  }

  #settle(reply: Extract<ThreadReply, { readonly kind: "done" | "failed" }>): void {
    const count = reply.kind === "done" ? reply.results.length : reply.count;
    const group = this.#sent.splice(0, count);
    for (const { call } of group) this.#bytesUnderWay -= bytesOf(call);
    if (this.#waiting.length > 0) this.#schedule();
    if (reply.kind === "failed") {
      // The transaction was rolled back.
      const reason = new reasons[reply.reason](reply.message);
      for (const { reject } of group) reject(reason);
      return;
    }
    this.#mayHave = reply.mayHave;
    for (const [place, { resolve }] of group.entries()) resolve(reply.results[place]);
    if (reply.isForeignChange) this.#listener.onForeignChange();
  }

  /** `isUndone`: it did nothing of what was sent. */
  #rejectAll(reason: Error, isUndone: boolean): void {
    const [sent, waiting] = [this.#sent, this.#waiting];
    this.#sent = [];
    this.#waiting = [];
    this.#bytesUnderWay = 0;
    const notDone = toNotDone(reason);
    for (const { reject } of sent) reject(isUndone ? notDone : reason);
    for (const { reject } of waiting) reject(notDone);
  }
}

/** What a call rejects with that failed: none of them changed anything. */
const reasons = { data: DataError, room: NoRoomError, file: NotDoneError } as const;

function tell(worker: Worker, message: ThreadMessage): void {
  worker.postMessage(message);
}
