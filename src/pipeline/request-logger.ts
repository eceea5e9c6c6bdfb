import type { Logger } from "../data-models/logger.ts";

/** Writes lines that carry a request's ids. */
export class RequestLogger implements Logger {
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
