import { ArenaError, type ArenaErrorOptions } from "./arena-error.ts";

/** The request's text is not what ARENA-12 and ARENA-13 allow. `problem` says what and where. */
export class InvalidRequestError extends ArenaError {
  override readonly name = "InvalidRequestError";

  constructor(problem: string, options?: Pick<ArenaErrorOptions, "cause">) {
    super("INVALID_ARGUMENT", `The request cannot be read: ${problem}`, options);
  }
}
