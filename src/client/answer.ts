import { z } from "zod";
import { TaskOutput } from "../data-models/task-output.ts";
import type { modelAnswer } from "../generated/model.ts";
import { MalformedAnswerError } from "./malformed-answer-error.ts";

/** What an answer says when the request failed. */
export const AnswerFailure = z.object({
  code: z.string(),
  message: z.string(),
  retryable: z.boolean(),
});
export type AnswerFailure = z.infer<typeof AnswerFailure>;

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
