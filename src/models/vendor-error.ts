import { z } from "zod";

const text = z.string().optional().catch(undefined);

/** What may be found on an error of the SDK, of LangChain or of fetch; all of it may be missing. */
const ForeignError = z.object({
  name: text,
  message: text,
  status: z.number().optional().catch(undefined),
  code: text,
  type: text,
  param: text,
  requestID: text,
  headers: z.instanceof(Headers).optional().catch(undefined),
  error: z
    .union([z.string(), z.object({ message: z.string() })])
    .optional()
    .catch(undefined),
  cause: z.unknown().optional(),
});
type ForeignError = z.infer<typeof ForeignError>;

/** The facts in what a provider's SDK threw. */
export interface VendorError {
  readonly status: number | undefined;
  /** Words that machines compare, such as `insufficient_quota` or `ECONNREFUSED`. */
  readonly codes: readonly string[];
  /** What the vendor wrote for people. It may quote keys and requests. */
  readonly sentence: string;
  readonly requestID: string | undefined;
  /** 0 when the vendor asked for no pause. */
  readonly retryAfterMs: number;
}

/** Reads whatever was thrown, through the errors that wrap it. Never throws. */
export function readVendorError(thrown: unknown): VendorError {
  const chain = [...causes(thrown)];
  const refusal = chain.find(({ status }) => status !== undefined);
  return {
    status: refusal?.status,
    codes: chain.flatMap(codesOf),
    sentence: sentenceOf(refusal ?? chain.at(0)),
    requestID: refusal?.requestID,
    retryAfterMs: pauseOf(refusal?.headers),
  };
}

function* causes(thrown: unknown): Generator<ForeignError> {
  let next = thrown;
  for (let depth = 0; depth < 6; depth++) {
    const read = ForeignError.safeParse(next);
    if (!read.success) return;
    yield read.data;
    next = read.data.cause;
  }
}

/** Only what has the form of an identifier: anything else could be a request's words. */
function codesOf({ name, code, type, param }: ForeignError): string[] {
  return [code, type, param, name].flatMap((word) =>
    word !== undefined && word !== "Error" && /^[\w.[\]-]{1,80}$/.test(word) ? word : [],
  );
}

function sentenceOf(error: ForeignError | undefined): string {
  if (typeof error?.error === "string") return error.error;
  return error?.error?.message ?? error?.message ?? "";
}

function pauseOf(headers: Headers | undefined): number {
  const milliseconds = Number.parseFloat(headers?.get("retry-after-ms") ?? "");
  if (milliseconds > 0) return milliseconds;
  const after = headers?.get("retry-after") ?? "";
  const pauseMs = Number.isNaN(Number(after))
    ? Date.parse(after) - Date.now()
    : Number(after) * 1000;
  return Number.isFinite(pauseMs) ? Math.max(pauseMs, 0) : 0;
}
