import { type ErrorCode, tellOrganisers } from "../../errors/arena-error.ts";
import { ProviderError, type ProviderErrorReason } from "../../errors/model-errors.ts";
import { participantTexts } from "../check-capabilities.ts";

/** What a vendor's error means here. */
export interface Verdict {
  readonly code: ErrorCode;
  readonly reason: ProviderErrorReason;
  readonly retryable: boolean;
  /** What is wrong and what to do, in our words. */
  readonly problem: string;
  readonly participantText?: string;
}

/** What stays as it is until the request is another one. */
export function final(code: ErrorCode, reason: ProviderErrorReason, problem: string): Verdict {
  return { code, reason, problem, retryable: false };
}

/** What passes by itself. */
export function passing(code: ErrorCode, reason: ProviderErrorReason, problem: string): Verdict {
  return { code, reason, problem, retryable: true };
}

/** What participants cannot change, and time neither. */
export function organisers(code: ErrorCode, reason: ProviderErrorReason, problem: string): Verdict {
  return { ...final(code, reason, problem), participantText: tellOrganisers };
}

/**
 * What more than one vendor means, each in words of its own. `said` is what the
 * vendor called it, in parentheses; `remedy` is whole sentences.
 */
export const verdicts = {
  contentFilter: final(
    "PERMISSION_DENIED",
    "content-filter",
    "its content filter refused the request.",
  ),
  contextLength: (problem = "the conversation is longer than the model can read."): Verdict => ({
    ...final("INVALID_ARGUMENT", "context-length", problem),
    participantText: participantTexts.length,
  }),
  blind: (model: string): Verdict => ({
    ...final(
      "INVALID_ARGUMENT",
      "unsupported",
      `${JSON.stringify(model)} cannot see images. Leave them out, or ask another model.`,
    ),
    participantText: participantTexts.images,
  }),
  badRequest: (said = "") =>
    final("INVALID_ARGUMENT", "bad-request", `it does not take the request${said}.`),
  keyRefused: (remedy: string) =>
    organisers("UNAUTHENTICATED", "access", `it does not take the key. ${remedy}`),
  noCredit: (remedy = "") =>
    organisers("RESOURCE_EXHAUSTED", "quota", `the account has no credit left.${remedy}`),
  rateLimit: (said = "") =>
    passing("RESOURCE_EXHAUSTED", "rate-limit", `too many requests at the moment${said}.`),
  loading: passing("UNAVAILABLE", "loading", "its model is still being loaded."),
  modelTimeout: (said = "") =>
    passing("DEADLINE_EXCEEDED", "timeout", `it gave up waiting for its model${said}.`),
  unavailable: (said: string) =>
    passing("UNAVAILABLE", "unavailable", `it fails at the moment${said}.`),
};

/** The error that a verdict becomes. */
export function errorOf(
  provider: string,
  { code, problem, ...verdict }: Verdict,
  more: { readonly retryAfterMs?: number; readonly cause?: unknown } = {},
): ProviderError {
  return new ProviderError(provider, code, problem, { ...verdict, ...more });
}
