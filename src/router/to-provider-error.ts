import { ArenaError } from "../errors/arena-error.ts";
import { ProviderError } from "../errors/provider-error.ts";

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
