import type { Message } from "../data-models/message.ts";
import { ProviderError } from "../errors/provider-error.ts";
import type { ChatModelOptions } from "./chat-model-options.ts";
import { judge } from "./provider-verdict.ts";
import { repeatsRequest } from "./request-echo.ts";
import type { FailedAttempt } from "./retry.ts";
import { readVendorError, type VendorError } from "./vendor-error.ts";
import { withoutSecrets } from "./without-secrets.ts";

/**
 * Maps what the SDK threw to the error that the arena sees. Its message is ours
 * alone; the vendor's words, free of keys and of the request's words, are its
 * cause and for the log.
 */
export function toProviderFailure(
  thrown: unknown,
  messages: readonly Message[],
  options: ChatModelOptions,
): FailedAttempt {
  const { provider, keyHeader } = options;
  const secrets = keyHeader ? [keyHeader.key] : [];
  const vendorError = readVendorError(thrown);
  const { code, problem, ...verdict } = judge(vendorError, options);
  const cause = new Error(withoutSecrets(factsOf(vendorError, messages), secrets));
  cause.name = "VendorError";
  // Where it broke is worth knowing only if it broke on this side of the wire.
  const frames = thrown instanceof Error ? thrown.stack?.match(/^ {4}at .*$/gm) : undefined;
  if (vendorError.status === undefined) cause.stack = [`${cause}`, ...(frames ?? [])].join("\n");
  return {
    error: new ProviderError(provider, code, withoutSecrets(problem, secrets), {
      ...verdict,
      cause,
    }),
    retryAfterMs: vendorError.retryAfterMs,
  };
}

/** With these the vendor's words quote the key, or the request. */
const quotingStatuses: ReadonlySet<number> = new Set([400, 401, 403, 413, 422]);

function factsOf(
  { status, codes, requestID, sentence }: VendorError,
  messages: readonly Message[],
): string {
  const isQuoting =
    status === undefined || quotingStatuses.has(status) || repeatsRequest(sentence, messages);
  const facts = [status, ...codes, requestID].filter((fact) => fact !== undefined);
  return [facts.join(" "), isQuoting ? "" : sentence].filter(Boolean).join(": ");
}
