import type { Logger } from "../data-models/logger.ts";
import type { InternalError } from "../errors/internal-error.ts";

/** Logs what is behind an internal error, even if that throws when it is looked at. */
export function logCause(logger: Logger, ids: object, error: InternalError): void {
  try {
    logger.error({ ...ids, err: error.cause }, error.message);
  } catch {
    logger.error(ids, `${error.message} It throws when it is written down.`);
  }
}
