import type { ErrorCode } from "../errors/arena-error.ts";
import type { ChatModelOptions } from "./chat-model-options.ts";
import type { VendorError } from "./vendor-error.ts";

/** What a vendor's error means here. */
export interface Verdict {
  readonly code: ErrorCode;
  readonly retryable: boolean;
  /** What is wrong and what to do, in our words. */
  readonly problem: string;
  readonly participantText?: string;
}

/** Decides, once for all, what a vendor's error means and whether it may pass. */
export function judge(error: VendorError, options: ChatModelOptions): Verdict {
  if (hasCode(error, /content_?filter|content_policy|moderation_blocked|invalid_prompt/i)) {
    return final("PERMISSION_DENIED", "its content filter refused the request.");
  }
  if (hasCode(error, /insufficient_quota|billing_|context_length_exceeded/)) {
    return judgeLimit(error, options);
  }
  if (error.status !== undefined) return judgeStatus(error.status, error, options);
  return judgeConnection(error, options);
}

function judgeLimit(error: VendorError, { settings }: ChatModelOptions): Verdict {
  if (hasCode(error, /context_length_exceeded/)) {
    return {
      ...final("INVALID_ARGUMENT", "the conversation is longer than the model can read."),
      participantText: "This conversation has become too long for the AI.",
    };
  }
  return organisers(
    "RESOURCE_EXHAUSTED",
    `the account's quota is used up. Add credit, or set ${settings.key} to another account's key.`,
  );
}

function judgeStatus(status: number, error: VendorError, options: ChatModelOptions): Verdict {
  const { settings, model } = options;
  const address = addressOf(options);
  const said = identifiersOf(error);
  switch (status) {
    case 400:
    case 413:
    case 422:
      return final("INVALID_ARGUMENT", `it does not take the request (${status}${said}).`);
    case 401:
      return organisers("UNAUTHENTICATED", `it does not take the key. Check ${settings.key}.`);
    case 402:
      return organisers("RESOURCE_EXHAUSTED", "the account has no credit left.");
    case 403:
      return organisers(
        "PERMISSION_DENIED",
        `the key may not use ${JSON.stringify(model)} (403${said}). Check ${settings.key} and ${settings.model}.`,
      );
    case 404:
      return organisers(
        "NOT_FOUND",
        `no model ${JSON.stringify(model)} at ${address}. Check ${settings.model} and ${settings.baseURL}.`,
      );
    case 408:
      return passing("DEADLINE_EXCEEDED", "it gave up waiting for its model (408).");
    case 429:
      return passing("RESOURCE_EXHAUSTED", `too many requests at the moment (429${said}).`);
    default:
      if (status >= 500)
        return passing("UNAVAILABLE", `it fails at the moment (${status}${said}).`);
      return organisers(
        "FAILED_PRECONDITION",
        `${address} answered with status ${status}${said}. Check ${settings.baseURL}.`,
      );
  }
}

function judgeConnection(error: VendorError, options: ChatModelOptions): Verdict {
  const address = addressOf(options);
  const check = `Check ${options.settings.baseURL}.`;
  if (hasCode(error, /rate_limit_exceeded/)) {
    return passing("RESOURCE_EXHAUSTED", "too many requests at the moment.");
  }
  if (hasCode(error, /^server_error$|vector_store_timeout/)) {
    return passing("UNAVAILABLE", "it failed while it worked on the answer.");
  }
  if (hasCode(error, /TimeoutError$|TIMEDOUT|_TIMEOUT$/)) {
    return passing("DEADLINE_EXCEEDED", `no answer from ${address} in time.`);
  }
  if (hasCode(error, /^ECONNREFUSED$/)) {
    return passing("UNAVAILABLE", `nothing answers at ${address}. Is it running? ${check}`);
  }
  if (hasCode(error, /^ENOTFOUND$|^EAI_AGAIN$/)) {
    return passing("UNAVAILABLE", `no such host: ${address}. ${check}`);
  }
  if (hasCode(error, /CERT|_TLS_|^ERR_SSL|^UNABLE_TO_/)) {
    return organisers(
      "UNAVAILABLE",
      `its certificate is not trusted (${address}). Set NODE_EXTRA_CA_CERTS to the authority's file.`,
    );
  }
  if (hasCode(error, /^E[A-Z]{3,}$|^UND_ERR_|^AbortError$/)) {
    return passing("UNAVAILABLE", `the connection to ${address} broke.`);
  }
  return organisers("INTERNAL", `${address} gave an answer that cannot be read. ${check}`);
}

function final(code: ErrorCode, problem: string): Verdict {
  return { code, problem, retryable: false };
}

function passing(code: ErrorCode, problem: string): Verdict {
  return { code, problem, retryable: true };
}

/** What participants cannot change, and time neither. */
function organisers(code: ErrorCode, problem: string): Verdict {
  const participantText = "Something went wrong on the AI's side. Please tell the organisers.";
  return { ...final(code, problem), participantText };
}

function hasCode({ codes }: VendorError, pattern: RegExp): boolean {
  return codes.some((code) => pattern.test(code));
}

function identifiersOf({ codes }: VendorError): string {
  const named = codes.filter((code) => code.includes("_") || code.includes("."));
  return [...new Set(named)].map((code) => `, ${code}`).join("");
}

/** The base URL without a name and password that may stand in it. */
function addressOf({ baseURL }: ChatModelOptions): string {
  if (!URL.canParse(baseURL)) return "its address";
  const { origin, pathname } = new URL(baseURL);
  return `${origin}${pathname}`;
}
