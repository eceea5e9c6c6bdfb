import { randomUUID } from "node:crypto";
import { ArenaError } from "./arena-error.ts";
import { InternalError } from "./internal-error.ts";

/** Makes any thrown value an error that may be shown: what is not meant to be shown is hidden. */
export function toArenaError(thrown: unknown): ArenaError {
  return isArenaError(thrown) ? thrown : new InternalError(randomUUID(), thrown);
}

function isArenaError(thrown: unknown): thrown is ArenaError {
  try {
    return thrown instanceof ArenaError;
  } catch {
    // A revoked proxy may be thrown as well, and throws at every question.
    return false;
  }
}
