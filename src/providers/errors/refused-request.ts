import type { ChatRequest } from "../../data-models/chat.ts";
import { ProviderError } from "../../errors/model-errors.ts";

/** What a model cannot honour, said before the call. `problem` says what to change. */
export function refusedRequest(provider: string, problem: string): ProviderError {
  return new ProviderError(provider, "INVALID_ARGUMENT", problem, { reason: "unsupported" });
}

/**
 * Refuses a prescribed choice of a tool where the vendor lets its model choose.
 * @throws ProviderError that says so
 */
export function refuseForcedTools(provider: string, { toolChoice = "auto" }: ChatRequest): void {
  if (toolChoice === "auto") return;
  const problem =
    "its models decide themselves whether and which tool they call. Leave toolChoice out.";
  throw refusedRequest(provider, problem);
}

/** A key or an identity with which nothing can be asked, said before the call. */
export function refusedAccess(provider: string, problem: string): ProviderError {
  return new ProviderError(provider, "UNAUTHENTICATED", problem, { reason: "access" });
}
