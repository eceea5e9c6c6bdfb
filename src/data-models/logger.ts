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
