import { z } from "zod";
import { judge, type VendorOrigin, type Verdict } from "../../errors/provider-verdict.ts";
import type { VendorError } from "../../errors/vendor-error.ts";
import { type AwsTarget, judgeAws } from "../aws/aws-verdict.ts";

/** What SageMaker tells of an endpoint's own answer when that was a refusal. */
const ModelError = z.object({
  OriginalStatusCode: z.number().optional().catch(undefined),
  OriginalMessage: z.string().optional().catch(undefined),
  cause: z.unknown().optional(),
});

/** Decides what an error of SageMaker means, or of the model behind it. */
export function judgeSageMaker(
  thrown: unknown,
  error: VendorError,
  origin: VendorOrigin & AwsTarget,
): Verdict | undefined {
  const refusal = refusalOf(thrown);
  if (!refusal) return judgeAws(error, origin);
  const { status, sentence } = refusal;
  const verdict = judge(
    { ...error, status, codes: [], sentence: sentence.replaceAll("`", "") },
    origin,
  );
  // What the model's server calls a missing key or page is the endpoint's affair, not the caller's.
  return [401, 403, 404].includes(status)
    ? { ...verdict, code: "FAILED_PRECONDITION", reason: "other", problem: wrongServer(status) }
    : verdict;
}

function wrongServer(status: number): string {
  return `the model's own server refused (${status}). Check the endpoint's container and its format in accessInfo.endpoints.`;
}

function refusalOf(thrown: unknown): { status: number; sentence: string } | undefined {
  let next = thrown;
  for (let depth = 0; depth < 6; depth++) {
    const read = ModelError.safeParse(next);
    if (!read.success) return undefined;
    const { OriginalStatusCode: status, OriginalMessage: sentence = "", cause } = read.data;
    if (status !== undefined && status > 0) return { status, sentence };
    next = cause;
  }
  return undefined;
}
