import { randomUUID } from "node:crypto";
import { ArenaError, type ErrorCode } from "./arena-error.ts";
import { InternalError } from "./model-errors.ts";

/** All of them: the compiler sees to it. */
const codes: Readonly<Record<ErrorCode, true>> = {
  CANCELLED: true,
  UNKNOWN: true,
  INVALID_ARGUMENT: true,
  DEADLINE_EXCEEDED: true,
  NOT_FOUND: true,
  ALREADY_EXISTS: true,
  PERMISSION_DENIED: true,
  RESOURCE_EXHAUSTED: true,
  FAILED_PRECONDITION: true,
  ABORTED: true,
  OUT_OF_RANGE: true,
  UNIMPLEMENTED: true,
  INTERNAL: true,
  UNAVAILABLE: true,
  DATA_LOSS: true,
  UNAUTHENTICATED: true,
};

/** Whether a value that comes from JavaScript or from a store is one of the codes. */
export function isErrorCode(value: unknown): value is ErrorCode {
  return typeof value === "string" && Object.hasOwn(codes, value);
}

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
