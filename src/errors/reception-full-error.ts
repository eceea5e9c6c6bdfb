import { ArenaError } from "./arena-error.ts";

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
