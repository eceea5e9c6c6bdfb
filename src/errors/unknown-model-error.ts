import { ArenaError } from "./arena-error.ts";

/** No profile at all has the model. Nobody was called. */
export class UnknownModelError extends ArenaError {
  override readonly name = "UnknownModelError";

  /** @param allowed what would work, for people */
  constructor(model: string, allowed: string) {
    super("NOT_FOUND", `No profile has the model ${JSON.stringify(model)}. ${allowed}`, {
      participantText: "This AI is not set up. Please tell the organisers.",
    });
  }
}
