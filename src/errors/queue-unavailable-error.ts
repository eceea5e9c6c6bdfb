import { ArenaError } from "./arena-error.ts";

const cause = "the server's log says what is wrong with QUEUE_URL's store.";

/** The database or disk behind the queue is away, and the request was not stored, or perhaps was. */
export class QueueUnavailableError extends ArenaError {
  override readonly name = "QueueUnavailableError";

  /** `mayBeTaken`: the store went away with it, so that its answer may still come. */
  constructor(mayBeTaken: boolean) {
    super(
      "UNAVAILABLE",
      mayBeTaken
        ? `The queue's store went away before it said whether it has the request, whose answer may still come. If none comes, send it again under its messageID, which then runs it once; ${cause}`
        : `The queue's store cannot be reached, so the request was not taken. Send it again later; ${cause}`,
      { retryable: true },
    );
  }
}
