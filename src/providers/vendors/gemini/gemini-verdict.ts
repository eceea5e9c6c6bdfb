import { z } from "zod";
import type { VendorVerdict } from "../../errors/to-provider-error.ts";
import { readVendorError, type VendorError } from "../../errors/vendor-error.ts";
import { organisers, type Verdict, verdicts } from "../../errors/verdicts.ts";
import type { JudgedCall } from "../../langchain/langchain-vendor.ts";

const text = z.string().optional().catch(undefined);

/** What Google says of an error beyond status and message. */
const Refusal = z.object({
  status: z.number(),
  error: z.object({
    error: z.object({
      status: text,
      details: z
        .array(
          z.object({
            reason: text,
            retryDelay: text,
            violations: z
              .array(z.object({ quotaId: text }))
              .optional()
              .catch(undefined),
          }),
        )
        .default([])
        .catch([]),
    }),
  }),
});
type Refusal = z.infer<typeof Refusal>;

/** What only Google's details tell: it answers 400 to a wrong key, and says in the body how long to wait. */
export function judgeGemini(_: VendorError, { thrown }: JudgedCall): VendorVerdict | undefined {
  const read = Refusal.safeParse(thrown);
  if (!read.success) return undefined;
  const { status, error } = read.data;
  const details = error.error.details;
  const verdict = verdictOf(status, error.error.status, details);
  if (!verdict) return undefined;
  const delay = details.find(({ retryDelay }) => retryDelay !== undefined)?.retryDelay;
  const headers = new Headers(delay ? { "retry-after": delay.replace(/s$/, "") } : {});
  const reasons = details.flatMap(({ reason }) => reason ?? []);
  const told = Object.assign(new Error("refused"), { status, headers, code: reasons.at(0) });
  return { ...verdict, said: readVendorError(told) };
}

type Details = Refusal["error"]["error"]["details"];

function verdictOf(
  status: number,
  word: string | undefined,
  details: Details,
): Verdict | undefined {
  if (details.some(({ reason }) => reason?.startsWith("API_KEY_"))) {
    return verdicts.keyRefused("Check that it is whole, valid and for the Gemini API.");
  }
  if (status === 400 && word === "FAILED_PRECONDITION") {
    const problem =
      "it does not serve this account here. Enable billing, or call from another country.";
    return organisers("FAILED_PRECONDITION", "access", problem);
  }
  return status === 429 ? limitVerdict(details) : undefined;
}

function limitVerdict(details: Details): Verdict {
  const quotas = details.flatMap(({ violations = [] }) => violations);
  const isSpent = quotas.some(({ quotaId }) => quotaId?.includes("PerDay"));
  if (!isSpent) return verdicts.rateLimit();
  const problem =
    "the account's requests of this day are used up. Enable billing, or ask for more.";
  return organisers("RESOURCE_EXHAUSTED", "quota", problem);
}
