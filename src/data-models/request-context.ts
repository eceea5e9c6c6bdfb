import type { Logger } from "./logger.ts";

/** What a model knows about the request beside its text. */
export interface RequestContext {
  readonly sessionID: string;
  readonly messageID: string;
  /** Aborts at the deadline and when the server stops: pass it to whatever can hang. */
  readonly signal: AbortSignal;
  /** When the request is answered with an error, if the model has not answered by then. */
  readonly deadline: Date;
  /** Writes lines that carry the request's ids. */
  readonly logger: Logger;
}
