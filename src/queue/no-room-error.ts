import { DataError } from "./data-error.ts";

/** A store lacks the room for what a call brings, and changed nothing; other calls succeed. */
export class NoRoomError extends DataError {
  override readonly name: string = "NoRoomError";
}
