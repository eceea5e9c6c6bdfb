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

/**
 * More large messages arrive or wait to be stored at once than memory is kept
 * for. The same request may be sent again.
 */
export class ReceptionFullError extends ArenaError {
  override readonly name = "ReceptionFullError";

  constructor(bytes: number) {
    super(
      "RESOURCE_EXHAUSTED",
      `The request of ${bytes} bytes came while others took all the memory that is kept for requests on their way into the queue. Send it again later, or start the server with more memory.`,
      { retryable: true },
    );
  }
}

/** No answer within REQUEST_TIMEOUT_MS, waiting included. */
export class DeadlineExceededError extends ArenaError {
  override readonly name = "DeadlineExceededError";

  constructor(timeoutMs: number, waitedMs: number) {
    super(
      "DEADLINE_EXCEEDED",
      `No answer within ${timeoutMs} ms, of which ${waitedMs} ms were spent waiting. Send the request again under a new messageID, or raise REQUEST_TIMEOUT_MS.`,
      { retryable: true },
    );
  }
}

/** The server stops: a request was not answered before, or a stream has to end. */
export class ShuttingDownError extends ArenaError {
  override readonly name = "ShuttingDownError";

  /** @param remedy what to do when the server is back */
  constructor(remedy = "Send the request again under a new messageID when it is back.") {
    super("UNAVAILABLE", `The server is stopping. ${remedy}`, { retryable: true });
  }
}

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

/** Every process that worked on the request ended or froze before it had an answer. */
export class AttemptsExhaustedError extends ArenaError {
  override readonly name = "AttemptsExhaustedError";

  constructor(attempts: number) {
    super(
      "ABORTED",
      `${attempts} attempts ended without an answer because the process that worked on it ended or froze each time. It is not tried again: look for what this request does to the model.`,
    );
  }
}
