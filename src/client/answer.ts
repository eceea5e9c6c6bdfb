import { z } from "zod";
import { TaskOutput } from "../data-models/task.ts";
import type { modelAnswer } from "../generated/model.ts";
import { asSentence } from "../text/full-stop.ts";

/** An answer came whose text is not what ARENA-18 says. */
export class MalformedAnswerError extends Error {
  override readonly name = "MalformedAnswerError";
  /** The answer as it came. */
  readonly raw: modelAnswer;
  /** What is wrong with it. */
  readonly problem: string;

  constructor(raw: modelAnswer, problem: string) {
    super(
      `The answer cannot be read: ${asSentence(problem)} It begins with ${preview(raw.answer)}`,
    );
    this.raw = raw;
    this.problem = problem;
  }
}

function preview(text: string): string {
  return JSON.stringify(text.length > 80 ? `${text.slice(0, 80)}…` : text);
}

/** What an answer says when the request failed. */
const AnswerFailure = z.object({
  code: z.string(),
  message: z.string(),
  retryable: z.boolean(),
});
type AnswerFailure = z.infer<typeof AnswerFailure>;

const AnswerText = TaskOutput.extend({ error: AnswerFailure.nullish() });

/** An answer, read (ARENA-18). */
export interface Answer {
  readonly text: string;
  /** Base64, or null. */
  readonly image: string | null;
  /** Only on answers to requests that failed. */
  readonly error?: AnswerFailure;
  readonly sessionID: string;
  readonly messageID: string;
  /** The answer as it came over the wire. */
  readonly raw: modelAnswer;
}

/** Reads an answer. @throws MalformedAnswerError */
export function toAnswer(raw: modelAnswer): Answer {
  const parsed = AnswerText.safeParse(readJson(raw));
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    const field = issue?.path.join(".") || "the whole";
    throw new MalformedAnswerError(raw, `${field}: ${issue?.message ?? "unreadable"}`);
  }
  const { text, image, error } = parsed.data;
  return {
    text,
    image: image ?? null,
    ...(error ? { error } : {}),
    sessionID: raw.sessionID,
    messageID: raw.messageID,
    raw,
  };
}

function readJson(raw: modelAnswer): unknown {
  try {
    return JSON.parse(raw.answer);
  } catch {
    throw new MalformedAnswerError(raw, "it is not JSON");
  }
}
