import { ArenaError } from "./arena-error.ts";

/** The request is larger than MAX_REQUEST_BYTES, or than a sixth of the heap. */
export class RequestTooLargeError extends ArenaError {
  override readonly name = "RequestTooLargeError";

  constructor(bytes: number, limit: number) {
    super(
      "INVALID_ARGUMENT",
      `The request has ${bytes} bytes; at most ${limit} are taken. Send smaller images or raise MAX_REQUEST_BYTES, which counts up to a sixth of the heap.`,
      { participantText: "This message is too large for the AI. Please send less at once." },
    );
  }
}
