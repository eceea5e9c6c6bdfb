import { ArenaError } from "./arena-error.ts";

/** Anything unforeseen. The client sees `reference`; the log holds the cause beside it. */
export class InternalError extends ArenaError {
  override readonly name = "InternalError";

  constructor(reference: string, cause: unknown) {
    super("INTERNAL", `Internal error. The server's log has the cause under ${reference}.`, {
      cause,
    });
  }
}
