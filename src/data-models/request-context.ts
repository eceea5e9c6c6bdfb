/** Writes one structured line; `fields` become the line's own fields. */
type Log = (fields: object, message: string) => void;

/** The part of a logger that the server and the models use. */
export interface Logger {
  readonly debug: Log;
  readonly info: Log;
  readonly warn: Log;
  readonly error: Log;
}

/** Writes nothing. */
export const silentLogger: Logger = { debug() {}, info() {}, warn() {}, error() {} };

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
  /**
   * Whether somebody reads the answer while it comes. What has been read cannot
   * be taken back, so only an answer that is not streamed may begin anew elsewhere.
   */
  readonly isStreamed?: boolean;
}
