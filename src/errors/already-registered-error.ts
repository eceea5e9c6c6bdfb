import { ArenaError } from "./arena-error.ts";

/** The connection called registerModel before; the orchestrator waits for this (ARENA-6). */
export class AlreadyRegisteredError extends ArenaError {
  override readonly name = "AlreadyRegisteredError";

  constructor() {
    super(
      "OUT_OF_RANGE",
      "The model is registered on this connection. A new connection can register it again.",
    );
  }
}
