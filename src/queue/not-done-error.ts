/** A call to a store failed, and surely changed nothing: the store was not reached, or refused it. */
export class NotDoneError extends Error {
  override readonly name = "NotDoneError";
}

/** Says of a failure that it changed nothing. */
export function toNotDone(cause: unknown): NotDoneError {
  const message = cause instanceof Error ? cause.message : String(cause);
  return new NotDoneError(message, { cause });
}
