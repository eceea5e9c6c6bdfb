import { ArenaError } from "./arena-error.ts";

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
