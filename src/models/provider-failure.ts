import type { Message } from "../data-models/message.ts";
import { toProviderError } from "../providers/to-provider-error.ts";
import type { ChatModelOptions } from "./chat-model-options.ts";
import type { FailedAttempt } from "./retry.ts";

/**
 * Maps what the SDK threw to the error that the arena sees, and says how long
 * the provider asks to be left alone.
 */
export function toProviderFailure(
  thrown: unknown,
  messages: readonly Message[],
  { provider, keyHeader, ...origin }: ChatModelOptions,
): FailedAttempt {
  const error = toProviderError(thrown, {
    provider,
    origin,
    messages,
    secrets: keyHeader ? [keyHeader.key] : [],
  });
  return { error, retryAfterMs: error.retryAfterMs };
}
