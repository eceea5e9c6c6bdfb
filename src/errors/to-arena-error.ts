import { randomUUID } from "node:crypto";
import { ArenaError } from "./arena-error.ts";
import { InternalError } from "./internal-error.ts";
import { isErrorCode } from "./is-error-code.ts";

/**
 * Makes any thrown value an error that may be shown: what is not meant to be
 * shown is hidden, and its code is one that everybody knows.
 */
export function toArenaError(thrown: unknown): ArenaError {
  return isArenaError(thrown) ? thrown : new InternalError(randomUUID(), thrown);
}

function isArenaError(thrown: unknown): thrown is ArenaError {
  try {
    // A model in JavaScript may have passed on a vendor's code, or none at all.
    return thrown instanceof ArenaError && isErrorCode(thrown.code);
  } catch {
    // A revoked proxy may be thrown as well, and throws at every question.
    return false;
  }
}
