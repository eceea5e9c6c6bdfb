import { ProviderError } from "../errors/provider-error.ts";
import type { Verdict } from "./provider-verdict.ts";
import { readVendorError, type VendorError } from "./vendor-error.ts";

/** What only one vendor's words tell; undefined leaves the verdict to those of all. */
export type VendorJudge = (error: VendorError) => Verdict | undefined;

/**
 * Judges what a vendor's SDK threw by the vendor's own words; what they do not
 * settle comes back as it was thrown. The error's cause holds no sentence: it
 * may quote keys and requests.
 */
export function toRefusal(provider: string, thrown: unknown, judge: VendorJudge): unknown {
  if (thrown instanceof ProviderError) return thrown;
  const error = readVendorError(thrown);
  const verdict = judge(error);
  if (!verdict) return thrown;
  const { code, problem, ...options } = verdict;
  const facts = [error.status, ...error.codes, error.requestID];
  const cause = new Error(facts.filter((fact) => fact !== undefined).join(" "));
  cause.name = "VendorError";
  const { retryAfterMs } = error;
  return new ProviderError(provider, code, problem, { ...options, retryAfterMs, cause });
}
