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
export interface RefusalBody {
  readonly codes: readonly string[];
  /** For people; it may quote keys and requests. */
  readonly sentence: string;
  readonly pauseMs: number;
}

/** Reads a parsed body, or the part of it that an SDK kept. Never throws. */
export function readRefusal(body: unknown): RefusalBody {
  if (typeof body === "string") return { codes: [], sentence: body, pauseMs: 0 };
  const read = Body.safeParse(Array.isArray(body) ? body.at(0) : body);
  if (!read.success) return { codes: [], sentence: "", pauseMs: 0 };
  const { error, detail, estimated_time: seconds = 0, ...top } = read.data;
  const inner = typeof error === "string" ? { message: error } : error;
  return {
    codes: [inner, top].flatMap((part) => codesOf(part)),
    sentence: textOf(inner?.message) || textOf(top.message) || textOf(detail),
    pauseMs: seconds * 1000,
  };
}

function codesOf(part: Partial<z.infer<typeof Detail>> | undefined): string[] {
  const words = [part?.innererror?.code, part?.code, part?.type, part?.status, part?.param];
  return words.filter((code) => typeof code === "string");
}

function textOf(message: unknown): string {
  if (typeof message === "string") return message;
  return message === undefined || message === null ? "" : JSON.stringify(message);
}
