import { ArenaError } from "./arena-error.ts";

/** A model's getResponse returned something that is no TaskOutput. `problem` says what. */
export class InvalidAnswerError extends ArenaError {
  override readonly name = "InvalidAnswerError";

  constructor(problem: string) {
    super("INTERNAL", `The model's answer cannot be used: ${problem}`);
  }
}
