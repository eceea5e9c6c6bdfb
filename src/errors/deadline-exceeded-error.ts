import { ArenaError } from "./arena-error.ts";

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
