import { ProviderError } from "../errors/provider-error.ts";

/** A key or an identity with which nothing can be asked, said before the call. */
export function refusedAccess(provider: string, problem: string): ProviderError {
  return new ProviderError(provider, "UNAUTHENTICATED", problem, {
    reason: "access",
    participantText: "Something went wrong on the AI's side. Please tell the organisers.",
  });
}
