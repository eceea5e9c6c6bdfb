import { withoutPastedKeys } from "../text/shown-text.ts";

/** One thing that is wrong in the configuration, and what to do about it. */
export interface ConfigurationProblem {
  /** The variable, option or file that is wrong. */
  readonly name: string;
  /** What was expected, what came, and the remedy. Never holds a secret. */
  readonly message: string;
}

/**
 * The server cannot start with this configuration: all the problems at once,
 * exit code 78. What looks like a key is in none of them.
 */
export class ConfigurationError extends Error {
  override readonly name = "ConfigurationError";
  readonly problems: readonly ConfigurationProblem[];

  constructor(problems: readonly ConfigurationProblem[], options?: ErrorOptions) {
    const shown = problems.map(({ name, message }) => ({
      name: withoutPastedKeys(name),
      message: withoutPastedKeys(message),
    }));
    const lines = shown.map(({ name, message }) => `  ✖ ${name}: ${message}`);
    super(`The configuration has ${problems.length} problem(s):\n${lines.join("\n")}`, options);
    this.problems = shown;
  }
}

/** The names of gRPC's status codes that an error here can carry. */
export type ErrorCode =
  | "CANCELLED"
  | "UNKNOWN"
  | "INVALID_ARGUMENT"
  | "DEADLINE_EXCEEDED"
  | "NOT_FOUND"
  | "ALREADY_EXISTS"
  | "PERMISSION_DENIED"
  | "RESOURCE_EXHAUSTED"
  | "FAILED_PRECONDITION"
  | "ABORTED"
  | "OUT_OF_RANGE"
  | "UNIMPLEMENTED"
  | "INTERNAL"
  | "UNAVAILABLE"
  | "DATA_LOSS"
  | "UNAUTHENTICATED";

/** What an error says beyond its code and message. */
export interface ArenaErrorOptions {
  /** Whether the same request may succeed later. Default: false. */
  readonly retryable?: boolean;
  /** What a participant may read; by default a sentence that fits the code. */
  readonly participantText?: string;
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
  /** What a participant may read: no technical words, nothing to configure. */
  readonly participantText: string;

  constructor(code: ErrorCode, message: string, options: ArenaErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.retryable = options.retryable ?? false;
    this.participantText = options.participantText ?? participantTextOf(code);
  }
}

/** What participants read of what only others can change. */
export const tellOrganisers = "Something went wrong on the AI's side. Please tell the organisers.";

function participantTextOf(code: ErrorCode): string {
  switch (code) {
    case "INVALID_ARGUMENT":
    case "OUT_OF_RANGE":
    case "NOT_FOUND":
    case "UNIMPLEMENTED":
      return "The AI could not work with this message.";
    case "DEADLINE_EXCEEDED":
      return "The AI took too long to answer. Please try again.";
    case "RESOURCE_EXHAUSTED":
      return "The AI is busy at the moment. Please try again in a little while.";
    case "UNAVAILABLE":
    case "ABORTED":
    case "CANCELLED":
      return "The AI cannot be reached at the moment. Please try again in a little while.";
    case "PERMISSION_DENIED":
      return "The AI declined to answer this message.";
    // The rest is nobody's business but the organisers', and a model in JavaScript may make up codes.
    default:
      return tellOrganisers;
  }
}
