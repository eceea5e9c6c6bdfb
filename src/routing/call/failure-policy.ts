import { ArenaError } from "../../errors/arena-error.ts";
import { ProviderError } from "../../errors/model-errors.ts";
import { participantTexts } from "../../providers/check-capabilities.ts";
import type { HealthVerdict } from "../health/circuit-breaker.ts";
import type { Skip } from "../plan/candidate.ts";
import type { Turn } from "../plan/route-plan.ts";

/** Who refused a request as too long, and who may take it yet. */
export class TooLong {
  readonly #tooSmall: Turn[] = [];

  refusedBy(turn: Turn): void {
    this.#tooSmall.push(turn);
  }

  /** Why a candidate need not be asked; null if it may take more than all who refused. */
  skipOf(turn: Turn): Skip | null {
    const small = this.#tooSmall.find((other) => !isLarger(turn, other));
    if (!small) return null;
    const why = `the request was too long for ${small.model}, and this one is not known to take more`;
    return { why, code: "INVALID_ARGUMENT", participantText: participantTexts.length };
  }
}

/** Whether a request that was too long for `other` may fit here; where no window is known, another model may. */
function isLarger(turn: Turn, other: Turn): boolean {
  const [own, others] = [turn, other].map(
    ({ access, model }) => access.provider.capabilities(model).contextTokens,
  );
  if (typeof others !== "number") return turn.model !== other.model;
  return typeof own === "number" && own > others;
}

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

/** Whatever an attempt threw, as an error of its provider. What is not ours may quote anything: it stays the cause. */
export function toProviderError(thrown: unknown, provider: string): ProviderError {
  if (thrown instanceof ProviderError) return thrown;
  if (thrown instanceof ArenaError) {
    return new ProviderError(provider, thrown.code, thrown.message, {
      retryable: thrown.retryable,
      participantText: thrown.participantText,
      cause: thrown,
    });
  }
  return new ProviderError(provider, "INTERNAL", "it failed in a way that is not known here.", {
    cause: thrown,
  });
}
