import { randomUUID } from "node:crypto";
import { ArenaError } from "./arena-error.ts";
import { InternalError } from "./internal-error.ts";

/** Makes any thrown value an error that may be shown: what is not meant to be shown is hidden. */
export function toArenaError(thrown: unknown): ArenaError {
  return thrown instanceof ArenaError ? thrown : new InternalError(randomUUID(), thrown);
}
