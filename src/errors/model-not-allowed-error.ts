import { ArenaError } from "./arena-error.ts";

/** A profile has the model, but this user or workspace may not use it. Nobody was called. */
export class ModelNotAllowedError extends ArenaError {
  override readonly name = "ModelNotAllowedError";

  /** @param who the user and workspace, for people; @param allowed what would work, for people */
  constructor(model: string, who: string, allowed: string) {
    super(
      "PERMISSION_DENIED",
      `The model ${JSON.stringify(model)} is not allowed ${who}. ${allowed}`,
      { participantText: "This AI may not be used here. Please tell the organisers." },
    );
  }
}
