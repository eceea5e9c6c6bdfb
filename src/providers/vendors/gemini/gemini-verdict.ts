import { z } from "zod";
import type { Verdict } from "../../errors/provider-verdict.ts";
import { toRefusal } from "../../errors/to-provider-error.ts";

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

/**
 * Maps what only Google's details tell: it answers 400 to a wrong key, and says
 * in the body how long to wait. All else comes back as it was thrown.
 */
export function toGeminiError(provider: string, thrown: unknown): unknown {
  const read = Refusal.safeParse(thrown);
  if (!read.success) return thrown;
  const { status, error } = read.data;
  const details = error.error.details;
  const verdict = verdictOf(status, error.error.status, details);
  if (!verdict) return thrown;
  const delay = details.find(({ retryDelay }) => retryDelay !== undefined)?.retryDelay;
  const headers = new Headers(delay ? { "retry-after": delay.replace(/s$/, "") } : {});
  const reasons = details.flatMap(({ reason }) => reason ?? []);
  const told = Object.assign(new Error("refused"), { status, headers, code: reasons.at(0) });
  return toRefusal(provider, told, () => verdict);
}

type Details = Refusal["error"]["error"]["details"];

const participantText = "Something went wrong on the AI's side. Please tell the organisers.";

function verdictOf(
  status: number,
  word: string | undefined,
  details: Details,
): Verdict | undefined {
  if (details.some(({ reason }) => reason?.startsWith("API_KEY_"))) {
    return {
      code: "UNAUTHENTICATED",
      reason: "access",
      retryable: false,
      problem: "it does not take the key. Check that it is whole, valid and for the Gemini API.",
      participantText,
    };
  }
  if (status === 400 && word === "FAILED_PRECONDITION") {
    return {
      code: "FAILED_PRECONDITION",
      reason: "access",
      retryable: false,
      problem: "it does not serve this account here. Enable billing, or call from another country.",
      participantText,
    };
  }
  return status === 429 ? limitVerdict(details) : undefined;
}

function limitVerdict(details: Details): Verdict {
  const quotas = details.flatMap(({ violations = [] }) => violations);
  const isSpent = quotas.some(({ quotaId }) => quotaId?.includes("PerDay"));
  return isSpent
    ? {
        code: "RESOURCE_EXHAUSTED",
        reason: "quota",
        retryable: false,
        problem: "the account's requests of this day are used up. Enable billing, or ask for more.",
        participantText,
      }
    : {
        code: "RESOURCE_EXHAUSTED",
        reason: "rate-limit",
        retryable: true,
        problem: "too many requests at the moment.",
      };
}
