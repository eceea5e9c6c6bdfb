import { ArenaError } from "./arena-error.ts";

/** MAX_QUEUE requests wait already, or too many answers lie unread. The same request may be sent again. */
export class QueueFullError extends ArenaError {
  override readonly name = "QueueFullError";

  constructor(size: number, limit: number) {
    super(
      "RESOURCE_EXHAUSTED",
      `The queue is full: ${size} requests wait and ${limit} may. Send the request again later, or raise MAX_QUEUE or MAX_CONCURRENCY.`,
      { retryable: true },
    );
  }
}
