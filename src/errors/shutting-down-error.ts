import { ArenaError } from "./arena-error.ts";

/** The server stops: a request was not answered before, or a stream has to end. */
export class ShuttingDownError extends ArenaError {
  override readonly name = "ShuttingDownError";

  /** @param remedy what to do when the server is back */
  constructor(remedy = "Send the request again under a new messageID when it is back.") {
    super("UNAVAILABLE", `The server is stopping. ${remedy}`, { retryable: true });
  }
}
