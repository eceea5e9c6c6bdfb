import { ArenaError } from "./arena-error.ts";

/** How full a queue was. */
interface Fill {
  /** Requests that wait. */
  readonly size: number;
  /** Answers that no client has taken. */
  readonly undelivered: number;
}

/**
 * MAX_QUEUE requests wait already, or too many answers lie unread. The same
 * request may be sent again.
 */
export class QueueFullError extends ArenaError {
  override readonly name = "QueueFullError";

  constructor({ size, undelivered }: Fill, maxSize: number) {
    const problem =
      size >= maxSize
        ? `${size} requests wait and ${maxSize} may. Send the request again later, or raise MAX_QUEUE or MAX_CONCURRENCY.`
        : `${undelivered} answers wait for a client that reads them. Open a sendPrediction stream, then send the request again.`;
    super("RESOURCE_EXHAUSTED", `The queue is full: ${problem}`, { retryable: true });
  }
}
