import { ProviderError } from "../../errors/model-errors.ts";
import { redactForeign } from "../../text/redact.ts";
import { repeatsRequest, type Spoken } from "../transport/request-echo.ts";
import { judge, type VendorOrigin } from "./provider-verdict.ts";
import { type Refusal, readVendorError, type VendorError } from "./vendor-error.ts";
import { errorOf, type Verdict } from "./verdicts.ts";

/** What only one vendor's words tell. */
export interface VendorVerdict extends Verdict {
  /** What the vendor said, where it says it in a form that only its own reader knows. */
  readonly said?: VendorError;
}

/** The call that failed. */
interface FailedCall {
  /** The provider's name, as people know it. */
  readonly provider: string;
  readonly origin: VendorOrigin;
  /** Judges by the vendor's own words; undefined leaves the verdict to those of all. */
  readonly judge?: ((error: VendorError) => VendorVerdict | undefined) | undefined;
  /** What was asked: the vendor may quote it, and it is not for the log. */
  readonly messages: readonly Spoken[];
  readonly secrets: readonly string[];
  /** The vendor's answer, where it is known. */
  readonly refusal?: Refusal | undefined;
}

/**
 * Maps what an SDK threw to the error that the rest knows. Its message is ours
 * alone; the vendor's words, free of keys and of the request's words, are its
 * cause and for the log.
 */
export function toProviderError(thrown: unknown, call: FailedCall): ProviderError {
  if (thrown instanceof ProviderError) return thrown;
  return ownError(thrown, call) ?? commonError(thrown, call);
}

/** Its cause holds no sentence: where the vendor's words matter, they may quote keys and requests. */
function ownError(thrown: unknown, { provider, judge }: FailedCall): ProviderError | undefined {
  const error = readVendorError(thrown);
  const own = judge?.(error);
  if (!own) return undefined;
  const { said = error, ...verdict } = own;
  const { retryAfterMs } = said;
  return errorOf(provider, verdict, { retryAfterMs, cause: causeOf(identifiersOf(said)) });
}

function commonError(thrown: unknown, call: FailedCall): ProviderError {
  const { provider, origin, secrets } = call;
  const vendorError = readVendorError(thrown, call.refusal);
  const verdict = judge(vendorError, origin);
  const cause = causeOf(redactForeign(factsOf(vendorError, call), secrets));
  // Where it broke is worth knowing only if it broke on this side of the wire.
  const frames = thrown instanceof Error ? thrown.stack?.match(/^ {4}at .*$/gm) : undefined;
  if (vendorError.status === undefined) cause.stack = [`${cause}`, ...(frames ?? [])].join("\n");
  const problem = redactForeign(verdict.problem, secrets);
  const { retryAfterMs } = vendorError;
  return errorOf(provider, { ...verdict, problem }, { retryAfterMs, cause });
}

/** With these the vendor's words quote the key, or the request. */
const quotingStatuses: ReadonlySet<number> = new Set([400, 401, 403, 413, 422]);

function factsOf(error: VendorError, { messages }: FailedCall): string {
  const { status, sentence } = error;
  const isQuoting =
    status === undefined || quotingStatuses.has(status) || repeatsRequest(sentence, messages);
  return [identifiersOf(error), isQuoting ? "" : sentence].filter(Boolean).join(": ");
}

function identifiersOf({ status, codes, requestID }: VendorError): string {
  return [status, ...codes, requestID].filter((fact) => fact !== undefined).join(" ");
}

function causeOf(facts: string): Error {
  const cause = new Error(facts);
  cause.name = "VendorError";
  return cause;
}
