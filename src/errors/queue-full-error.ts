import { ArenaError } from "./arena-error.ts";

/** How full a queue was a moment later. */
interface Fill {
  /** Requests that wait. */
  readonly size: number;
  /** Answers that no client has taken. */
  readonly undelivered: number;
}

/**
 * MAX_QUEUE requests wait already, or too many answers are unread, or both take too
 * much memory. The same request may be sent again.
 */
export class QueueFullError extends ArenaError {
  override readonly name = "QueueFullError";

  constructor({ size, undelivered }: Fill, maxSize: number) {
    const problem =
      size >= maxSize
        ? `${size} requests wait and ${maxSize} may. Send the request again later, or raise MAX_QUEUE or MAX_CONCURRENCY.`
        : `by now ${size} requests wait of the ${maxSize} that may, and there are ${undelivered} answers that no client has taken; one of them was too much, or both too much for the memory. Send the request again later; open a sendPrediction stream if there is none, or raise MAX_QUEUE if this comes often.`;
    super("RESOURCE_EXHAUSTED", `The queue is full: ${problem}`, { retryable: true });
  }
}
