import { z } from "zod";
import { parseTaskInput } from "../../data-models/parse-task-input.ts";
import type { TaskInput } from "../../data-models/task.ts";
import { InvalidRequestError } from "../../errors/request-errors.ts";
import type { ReplayAnswer } from "./comparison.ts";

/** A request to be replayed, and what it was answered if that is known. */
export interface Recording {
  /** Where it stands in the file, from 1. */
  readonly line: number;
  readonly sessionID: string;
  readonly messageID: string;
  readonly input: TaskInput;
  readonly recorded: ReplayAnswer | null;
}

const RecordedAnswer = z.object({
  text: z.string(),
  image: z.string().nullish(),
  error: z.object({ code: z.string(), message: z.string().default("") }).optional(),
});

const ExportedRequest = z.object({
  sessionID: z.string().optional(),
  messageID: z.string().optional(),
  input: z.unknown(),
  answer: RecordedAnswer.nullish(),
  modelMs: z.number().nullish(),
});

/**
 * Reads a line of an export, or of requests alone in any shape that tasks send.
 * Null for a request that was refused before it was stored: nobody knows its words.
 * @throws InvalidRequestError that says what is wrong
 */
export function parseRecording(text: string, line: number): Recording | null {
  const value = parseJson(text);
  const name = `line-${line}`;
  if (!isExported(value)) {
    const input = parseTaskInput(text);
    return { line, sessionID: name, messageID: name, input, recorded: null };
  }
  const read = ExportedRequest.safeParse(value);
  if (!read.success) throw new InvalidRequestError(z.prettifyError(read.error));
  const { sessionID = name, messageID = name, input, answer, modelMs = null } = read.data;
  if (input === null) return null;
  return {
    line,
    sessionID,
    messageID,
    input: parseTaskInput(JSON.stringify(input)),
    recorded: answer
      ? { ...answer, image: answer.image ?? null, error: answer.error ?? null, modelMs }
      : null,
  };
}

function isExported(value: unknown): value is { readonly input: unknown } {
  return typeof value === "object" && value !== null && "input" in value;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new InvalidRequestError(
      'it is not JSON; expected a line of "arena sessions export", {"input": {"messages": […]}} or an array of messages',
      { cause: error },
    );
  }
}
