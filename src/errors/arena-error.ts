/** The names of gRPC's status codes that an error here can carry. */
export type ErrorCode =
  | "CANCELLED"
  | "UNKNOWN"
  | "INVALID_ARGUMENT"
  | "DEADLINE_EXCEEDED"
  | "NOT_FOUND"
  | "PERMISSION_DENIED"
  | "RESOURCE_EXHAUSTED"
  | "FAILED_PRECONDITION"
  | "OUT_OF_RANGE"
  | "UNIMPLEMENTED"
  | "INTERNAL"
  | "UNAVAILABLE"
  | "UNAUTHENTICATED";

/** What an error says beyond its code and message. */
export interface ArenaErrorOptions {
  /** Whether the same request may succeed later. Default: false. */
  readonly retryable?: boolean;
  /** Foreign error behind this one: for the log, never for the wire. */
  readonly cause?: unknown;
}

/**
 * Base of every error that may reach a client. `message` is safe to show: it
 * says what was expected, what came and what to do, and holds no secret.
 */
export class ArenaError extends Error {
  override readonly name: string = "ArenaError";
  readonly code: ErrorCode;
  readonly retryable: boolean;

  constructor(code: ErrorCode, message: string, options: ArenaErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.retryable = options.retryable ?? false;
  }
}
