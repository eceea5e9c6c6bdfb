import { messageOf } from "../../text/reason-of.ts";

/**
 * A call fails by what it carries, and would fail again: the store serves
 * others meanwhile.
 */
export class DataError extends Error {
  override readonly name: string = "DataError";
}

/** Of SQL: unknown characters and wrong values (22), null or a value where it may not be, too much. */
const sqlStates = /^(?:22[0-9A-Z]{3}|23502|23514|54000)$/;
/** Of SQLite, without details: too big, of the wrong type. */
const sqliteCodes: readonly number[] = [18, 20];
/** Of SQLite, with details: a value, null or a type where it may not be. */
const sqliteConstraints: readonly number[] = [275, 1299, 3091];

/** Whether the data is at fault where something failed, and not the connection or the store. */
export function isOfData(error: unknown): boolean {
  if (error instanceof DataError || error instanceof TypeError) return true;
  if (error instanceof RangeError || error instanceof SyntaxError) return true;
  if (!(error instanceof Error)) return false;
  if ("errcode" in error && typeof error.errcode === "number") {
    const { errcode } = error;
    return sqliteCodes.includes(errcode & 0xff) || sqliteConstraints.includes(errcode);
  }
  if (!("code" in error)) return false;
  return error.code === "ERR_STRING_TOO_LONG" || sqlStates.test(String(error.code));
}

/** A call to a store failed, and surely changed nothing: the store was not reached, or refused it. */
export class NotDoneError extends Error {
  override readonly name = "NotDoneError";
}

/** Says of a failure that it changed nothing. */
export function toNotDone(cause: unknown): NotDoneError {
  return new NotDoneError(messageOf(cause), { cause });
}

/** A store lacks the room for what a call brings, and changed nothing; other calls succeed. */
export class NoRoomError extends DataError {
  override readonly name: string = "NoRoomError";
}
