import type { Logger, RequestContext } from "../data-models/request-context.ts";
import type { QueuedRequest } from "../queue/request-queue.ts";

/** Writes lines that carry a request's ids. */
class RequestLogger implements Logger {
  readonly #logger: Logger;
  readonly #sessionID: string;
  readonly #messageID: string;

  constructor(logger: Logger, sessionID: string, messageID: string) {
    this.#logger = logger;
    this.#sessionID = sessionID;
    this.#messageID = messageID;
  }

  debug(fields: object, message: string): void {
    this.#logger.debug(this.#withIds(fields), message);
  }

  info(fields: object, message: string): void {
    this.#logger.info(this.#withIds(fields), message);
  }

  warn(fields: object, message: string): void {
    this.#logger.warn(this.#withIds(fields), message);
  }

  error(fields: object, message: string): void {
    this.#logger.error(this.#withIds(fields), message);
  }

  #withIds(fields: object): object {
    return { sessionID: this.#sessionID, messageID: this.#messageID, ...fields };
  }
}

/** One run of a request through the pipeline: its context, and the power to end it. */
export class RequestRun implements RequestContext {
  readonly #controller = new AbortController();
  readonly sessionID: string;
  readonly messageID: string;
  readonly signal: AbortSignal = this.#controller.signal;
  readonly deadline: Date;
  readonly logger: Logger;
  #reject: ((reason: Error) => void) | null = null;

  constructor({ sessionID, messageID, deadline }: QueuedRequest, logger: Logger) {
    this.sessionID = sessionID;
    this.messageID = messageID;
    this.deadline = new Date(deadline);
    this.logger = new RequestLogger(logger, sessionID, messageID);
  }

  /** Aborts the signal and ends `result` with the reason, even if the work does not listen. */
  end(reason: Error): void {
    this.#controller.abort(reason);
    this.#reject?.(reason);
  }

  /** The work's result, or the reason why the run was ended before. */
  result<Result>(work: Promise<Result>): Promise<Result> {
    return new Promise((resolve, reject) => {
      this.#reject = reject;
      if (this.signal.aborted) reject(this.signal.reason);
      work.then(resolve, reject);
    });
  }
}
