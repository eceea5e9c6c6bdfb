import { ArenaError } from "./arena-error.ts";

/** How full a queue was. */
interface Fill {
  /** Requests that wait. */
  readonly size: number;
  /** Answers that no client has taken. */
  readonly undelivered: number;
}

/**
 * MAX_QUEUE requests wait already, or requests and unread answers take too much
 * memory. The same request may be sent again.
 */
export class QueueFullError extends ArenaError {
  override readonly name = "QueueFullError";

  constructor({ size, undelivered }: Fill, maxSize: number) {
    const problem =
      size >= maxSize
        ? `${size} requests wait and ${maxSize} may. Send the request again later, or raise MAX_QUEUE or MAX_CONCURRENCY.`
        : `${size} requests and ${undelivered} answers that no client has taken use all the memory they may. Open a sendPrediction stream if there is none, and send the request again later.`;
    super("RESOURCE_EXHAUSTED", `The queue is full: ${problem}`, { retryable: true });
  }
}
