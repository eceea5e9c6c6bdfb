import type { Logger } from "../data-models/logger.ts";
import type { RequestContext } from "../data-models/request-context.ts";
import type { QueuedRequest } from "../queue/request-queue.ts";
import { RequestLogger } from "./request-logger.ts";

/** One run of a request through the pipeline: its context, and the power to end it. */
export class RequestRun implements RequestContext {
  readonly sessionID: string;
  readonly messageID: string;
  readonly deadline: Date;
  readonly logger: Logger;
  #controller: AbortController | null = null;
  #reason: Error | null = null;
  #reject: ((reason: Error) => void) | null = null;

  constructor({ sessionID, messageID, deadline }: QueuedRequest, logger: Logger) {
    this.sessionID = sessionID;
    this.messageID = messageID;
    this.deadline = new Date(deadline);
    this.logger = new RequestLogger(logger, sessionID, messageID);
  }

  /** Made when it is first asked for: many a model answers at once and never looks. */
  get signal(): AbortSignal {
    if (!this.#controller) {
      this.#controller = new AbortController();
      if (this.#reason) this.#controller.abort(this.#reason);
    }
    return this.#controller.signal;
  }

  /** Aborts the signal and ends `result` with the reason, even if the work does not listen. */
  end(reason: Error): void {
    this.#reason = reason;
    this.#reject?.(reason);
    this.#controller?.abort(reason);
  }

  /** The work's result, or the reason why the run was ended before. */
  result<Result>(work: Promise<Result>): Promise<Result> {
    return new Promise((resolve, reject) => {
      this.#reject = reject;
      if (this.#reason) reject(this.#reason);
      work.then(resolve, reject);
    });
  }
}
