import { z } from "zod";

const word = z.string().nullish().catch(undefined);

const Detail = z.object({
  message: z.unknown().optional(),
  code: z.unknown().optional(),
  type: word,
  param: word,
  status: word,
  innererror: z.object({ code: word }).optional().catch(undefined),
});

/** The shapes in which servers refuse: OpenAI's, Azure's, vLLM's, KubeAI's, FastAPI's and Google's. */
const Body = Detail.extend({
  error: z.union([z.string(), Detail]).optional().catch(undefined),
  detail: z.unknown().optional(),
  estimated_time: z.number().optional().catch(undefined),
});

/** What a server wrote when it refused. */
interface RefusalBody {
  readonly codes: readonly string[];
  /** For people; it may quote keys and requests. */
  readonly sentence: string;
  readonly pauseMs: number;
}

/** Reads a parsed body, or the part of it that an SDK kept. Never throws. */
function readRefusal(body: unknown): RefusalBody {
  if (typeof body === "string") return { codes: [], sentence: body, pauseMs: 0 };
  const read = Body.safeParse(Array.isArray(body) ? body.at(0) : body);
  if (!read.success) return { codes: [], sentence: "", pauseMs: 0 };
  const { error, detail, estimated_time: seconds = 0, ...top } = read.data;
  const inner = typeof error === "string" ? { message: error } : error;
  return {
    codes: [inner, top].flatMap(codesOfDetail),
    sentence: textOf(inner?.message) || textOf(top.message) || textOf(detail),
    pauseMs: seconds * 1000,
  };
}

function codesOfDetail(part: Partial<z.infer<typeof Detail>> | undefined): string[] {
  const words = [part?.innererror?.code, part?.code, part?.type, part?.status, part?.param];
  return words.filter((code) => typeof code === "string");
}

function textOf(message: unknown): string {
  if (typeof message === "string") return message;
  return message === undefined || message === null ? "" : JSON.stringify(message);
}

const text = z.string().optional().catch(undefined);
const status = z.number().int().min(100).max(599).optional().catch(undefined);

/** What may be found on an error of an SDK, of LangChain or of fetch; all of it may be missing. */
const ForeignError = z.object({
  name: text,
  message: text,
  status,
  statusCode: status,
  $metadata: z.object({ httpStatusCode: status }).optional().catch(undefined),
  code: z.union([z.string(), z.number()]).optional().catch(undefined),
  type: text,
  param: text,
  requestID: text,
  headers: z.instanceof(Headers).optional().catch(undefined),
  /** AWS's SDKs keep the answer here, its headers as a plain object. */
  $response: z
    .object({ headers: z.record(z.string(), z.unknown()) })
    .optional()
    .catch(undefined),
  error: z.unknown().optional(),
  cause: z.unknown().optional(),
});
type ForeignError = z.infer<typeof ForeignError>;

/** The facts in what a provider's SDK threw. */
export interface VendorError {
  readonly status: number | undefined;
  /** Words that machines compare, such as `insufficient_quota` or `ECONNREFUSED`. */
  readonly codes: readonly string[];
  /** Whether it came as text, as a page or as nothing, where an API answers in JSON. */
  readonly isPlain: boolean;
  /** What the vendor wrote for people. It may quote keys and requests. */
  readonly sentence: string;
  readonly requestID: string | undefined;
  /** 0 when the vendor asked for no pause. */
  readonly retryAfterMs: number;
}

/** An answer that is none: what came instead, before an SDK could lose parts of it. */
export interface Refusal {
  readonly status: number;
  readonly headers: Headers;
  readonly body: string;
}

/**
 * Reads whatever was thrown, through the errors that wrap it. Never throws.
 * @param refusal the vendor's answer, where it is known
 */
export function readVendorError(thrown: unknown, refusal?: Refusal): VendorError {
  const chain = [...causes(thrown)];
  const told = chain.find((error) => statusOf(error) !== undefined);
  const json = refusal && parsed(refusal.body);
  const body = refusal && readRefusal(json);
  const codes = [...(body?.codes ?? []), ...chain.flatMap(codesOf)].filter(isIdentifier);
  return {
    status: refusal?.status ?? (told && statusOf(told)),
    codes: [...new Set(codes)],
    isPlain: refusal !== undefined && json === undefined,
    sentence: body?.sentence || sentenceOf(told ?? chain.at(0)),
    requestID: told?.requestID ?? refusal?.headers.get("x-request-id") ?? undefined,
    retryAfterMs: pauseOf(refusal?.headers ?? (told && headersOf(told))) || (body?.pauseMs ?? 0),
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

function statusOf({ status, statusCode, $metadata, code }: ForeignError): number | undefined {
  // An error within a stream has its status in the code, some write it as text.
  const coded = /^[45]\d\d$/.test(`${code}`) ? Number(code) : undefined;
  return status ?? statusCode ?? $metadata?.httpStatusCode ?? coded;
}

function codesOf({ name, code, type, param, error }: ForeignError): string[] {
  const words = [typeof code === "string" ? code : undefined, type, param, name];
  return [...words.filter((word) => word !== undefined), ...readRefusal(error).codes];
}

/** Only what has the form of an identifier: anything else could be a request's words. */
function isIdentifier(word: string): boolean {
  return word !== "Error" && /^[\w.[\]-]{1,80}$/.test(word);
}

function sentenceOf(error: ForeignError | undefined): string {
  return readRefusal(error?.error).sentence || (error?.message ?? "");
}

function parsed(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}

function headersOf({ headers, $response }: ForeignError): Headers | undefined {
  if (headers || !$response) return headers;
  const told = new Headers();
  for (const name of ["retry-after", "retry-after-ms"]) {
    const value = $response.headers[name];
    if (typeof value === "string") told.set(name, value);
  }
  return told;
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
