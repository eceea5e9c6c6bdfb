import { ArenaError } from "./arena-error.ts";

/** The server stops and the request was not answered before. Its words may be sent again. */
export class ShuttingDownError extends ArenaError {
  override readonly name = "ShuttingDownError";

  constructor() {
    super(
      "UNAVAILABLE",
      "The server is stopping. Send the request again under a new messageID when it is back.",
      {
        retryable: true,
      },
    );
  }
}
