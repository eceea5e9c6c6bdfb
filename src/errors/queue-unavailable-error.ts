import { ArenaError } from "./arena-error.ts";

/** The database or disk behind the queue is away, and the request was not stored. */
export class QueueUnavailableError extends ArenaError {
  override readonly name = "QueueUnavailableError";

  constructor() {
    super(
      "UNAVAILABLE",
      "The queue's store cannot be reached, so the request was not taken. Send it again under a new messageID; the server's log says what is wrong with QUEUE_URL's store.",
      { retryable: true },
    );
  }
}
