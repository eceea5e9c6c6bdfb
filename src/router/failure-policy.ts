import type { ProviderError } from "../errors/provider-error.ts";
import type { HealthVerdict } from "./circuit-breaker.ts";

/**
 * What a failure leads to: the same is asked again, the next one, the next one
 * with a larger window, the same or the next one while a model loads, or nobody.
 */
export type NextStep = "retry" | "next" | "larger" | "load" | "stop";

/** Decides what follows a failure. @param isCallersOwn whether the key is the caller's */
export function nextStepAfter(error: ProviderError, isCallersOwn: boolean): NextStep {
  switch (error.reason) {
    case "rate-limit":
    case "unavailable":
    case "broken-stream":
      return "retry";
    // Who stayed silent once is not given the same time again.
    case "timeout":
    case "quota":
    case "not-found":
    case "unsupported":
      return "next";
    case "loading":
      return "load";
    case "context-length":
      return "larger";
    case "access":
      return isCallersOwn && isRefusedKey(error) ? "stop" : "next";
    case "content-filter":
    case "bad-request":
      return "stop";
    // A certificate that nobody trusts, or an answer of another form, stays as it is.
    case "connection":
    case "malformed":
    case "other":
      return error.retryable ? "retry" : "next";
  }
}

/** What a failure says about the candidate's health: a refusal is a sign of life. */
export function healthAfter(error: ProviderError): HealthVerdict {
  switch (error.reason) {
    case "unavailable":
    case "connection":
    case "timeout":
    case "broken-stream":
    case "malformed":
      return "failed";
    case "rate-limit":
    case "quota":
    case "loading":
    case "not-found":
    case "context-length":
    case "content-filter":
    case "bad-request":
      return "alive";
    case "access":
      return isRefusedKey(error) ? "alive" : "unknown";
    case "unsupported":
    case "other":
      return "unknown";
  }
}

/** Whether the vendor surely charged nothing: it refused before it worked. */
export function isFree(error: ProviderError): boolean {
  switch (error.reason) {
    case "rate-limit":
    case "quota":
    case "unavailable":
    case "loading":
    case "connection":
    case "access":
    case "not-found":
    case "context-length":
    case "bad-request":
    case "unsupported":
      return true;
    case "timeout":
    case "broken-stream":
    case "malformed":
    case "content-filter":
    case "other":
      return false;
  }
}

/** The vendor said so; without it there was no key to ask with. */
function isRefusedKey({ code }: ProviderError): boolean {
  return code === "UNAUTHENTICATED" || code === "PERMISSION_DENIED";
}
