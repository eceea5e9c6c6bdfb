import type { Logger } from "../data-models/request-context.ts";
import type { StationContext } from "./station.ts";

/** Whose request it is, and until when it is waited for; times are milliseconds since 1970. */
export interface Call {
  readonly sessionID: string;
  readonly messageID: string;
  readonly receivedAt: number;
  readonly deadline: number;
}

/** What a caller of the pipeline gives its stations. */
export interface CallOptions {
  readonly logger: Logger;
  /** Aborts when its caller waits no longer, with the reason. */
  readonly signal: AbortSignal;
  readonly isStreamed: boolean;
}

/** The context of one request on its way through the pipeline. */
export function createCallContext(
  { sessionID, messageID, receivedAt, deadline }: Call,
  { logger, signal, isStreamed }: CallOptions,
): StationContext {
  return {
    sessionID,
    messageID,
    receivedAt,
    deadline: new Date(deadline),
    logger: new CallLogger(logger, sessionID, messageID),
    signal,
    isStreamed,
  };
}

/** Writes lines that carry a request's ids. */
class CallLogger implements Logger {
  readonly #logger: Logger;
  readonly #sessionID: string;
  readonly #messageID: string;

  constructor(logger: Logger, sessionID: string, messageID: string) {
    this.#logger = logger;
    this.#sessionID = sessionID;
    this.#messageID = messageID;
  }

  debug(fields: object, message: string): void {
    this.#logger.debug(this.#withIds(fields), message);
  }

  info(fields: object, message: string): void {
    this.#logger.info(this.#withIds(fields), message);
  }

  warn(fields: object, message: string): void {
    this.#logger.warn(this.#withIds(fields), message);
  }

  error(fields: object, message: string): void {
    this.#logger.error(this.#withIds(fields), message);
  }

  #withIds(fields: object): object {
    return { sessionID: this.#sessionID, messageID: this.#messageID, ...fields };
  }
}
