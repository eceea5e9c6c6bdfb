import { ArenaError } from "./arena-error.ts";

/** The request asks for a modelID that is not served here (strict mode only). */
export class ModelNotFoundError extends ArenaError {
  override readonly name = "ModelNotFoundError";

  constructor(modelID: string, served: string) {
    super(
      "NOT_FOUND",
      `No model ${JSON.stringify(modelID)} here; this server serves ${JSON.stringify(served)}.`,
    );
  }
}
