import { ArenaError, type ArenaErrorOptions, type ErrorCode } from "./arena-error.ts";

/**
 * What is behind a provider's error, as far as it matters for what is done
 * next: whether the same is asked again, or somebody else, or nobody.
 */
export type ProviderErrorReason =
  /** Too many requests; `retryAfterMs` says for how long. */
  | "rate-limit"
  /** The account's quota or credit is used up. */
  | "quota"
  /** It fails or is overloaded at the moment. */
  | "unavailable"
  /** A model that is still being loaded. */
  | "loading"
  /** The connection could not be made, or broke before an answer. */
  | "connection"
  /** A time limit passed. */
  | "timeout"
  /** The stream ended or broke before the answer was complete. */
  | "broken-stream"
  /** An answer that cannot be read. */
  | "malformed"
  /** The key is not accepted, or may not do this. */
  | "access"
  | "not-found"
  /** Question and answer are longer than the model can take. */
  | "context-length"
  /** A content filter refused. */
  | "content-filter"
  /** What was asked is wrong in itself: the vendor refused it. */
  | "bad-request"
  /** The model, or its provider, cannot honour it: the vendor was not asked, or refused before any work. */
  | "unsupported"
  | "other";

/** What a provider's error says beyond code and message. */
interface ProviderErrorOptions extends ArenaErrorOptions {
  readonly reason?: ProviderErrorReason;
  /** How long the provider asks to be left alone; 0 when it does not. */
  readonly retryAfterMs?: number;
}

/**
 * A model's provider refused, failed or could not be reached. Code, reason and
 * `retryable` are decided once, where the vendor's error enters.
 */
export class ProviderError extends ArenaError {
  override readonly name = "ProviderError";
  readonly reason: ProviderErrorReason;
  readonly retryAfterMs: number;

  /** @param provider the provider's name, as people know it
   *  @param problem what it said, free of keys and content */
  constructor(
    provider: string,
    code: ErrorCode,
    problem: string,
    options: ProviderErrorOptions = {},
  ) {
    super(code, `${provider}: ${problem}`, options);
    this.reason = options.reason ?? "other";
    this.retryAfterMs = options.retryAfterMs ?? 0;
  }
}

/** A model's getResponse returned something that is no TaskOutput. `problem` says what. */
export class InvalidAnswerError extends ArenaError {
  override readonly name = "InvalidAnswerError";

  constructor(problem: string) {
    super("INTERNAL", `The model's answer cannot be used: ${problem}`);
  }
}

/** The model's answer is larger than MAX_ANSWER_BYTES; delivering it would end the client's stream (ARENA-19). */
export class AnswerTooLargeError extends ArenaError {
  override readonly name = "AnswerTooLargeError";

  constructor(bytes: number, limit: number) {
    super(
      "RESOURCE_EXHAUSTED",
      `The model's answer has ${bytes} bytes; at most ${limit} can be delivered. Ask for a shorter answer or a smaller image.`,
      {
        participantText: "The AI's answer was too large to be sent. Please ask for a shorter one.",
      },
    );
  }
}

/** Anything unforeseen. The client sees `reference`; the log holds the cause beside it. */
export class InternalError extends ArenaError {
  override readonly name = "InternalError";

  constructor(reference: string, cause: unknown) {
    super("INTERNAL", `Internal error. The server's log has the cause under ${reference}.`, {
      cause,
    });
  }
}
