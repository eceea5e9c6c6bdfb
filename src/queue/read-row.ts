import type { TaskInput } from "../data-models/task-input.ts";
import { isErrorCode } from "../errors/is-error-code.ts";
import type { Answer } from "./request-queue.ts";

/** What is read of a row, and why it could not be read; one of them stands for the other. */
export interface ReadRow<Content> {
  readonly content: Content;
  readonly unreadable: string | null;
}

/** Reads what was asked. Whatever another program has put there, it does not throw. */
export function readInput(text: unknown): ReadRow<TaskInput> {
  const input = typeof text === "string" ? parsed(text) : undefined;
  if (isInput(input)) return { content: input, unreadable: null };
  return { content: { messages: [] }, unreadable: "what was asked is no JSON of messages" };
}

/** Reads an answer. Whatever another program has put there, it does not throw. */
export function readAnswer(text: unknown, outcome: unknown): ReadRow<Answer> {
  const unreadable = (what: string): ReadRow<Answer> => ({
    content: { text: "", outcome: "INTERNAL" },
    unreadable: what,
  });
  if (typeof text !== "string") return unreadable("its answer is no text");
  if (outcome !== "OK" && !isErrorCode(outcome)) return unreadable("its outcome is no known code");
  return { content: { text, outcome }, unreadable: null };
}

/** It was a TaskInput when it was written: whoever works with it need not check it again. */
function isInput(value: unknown): value is TaskInput {
  if (typeof value !== "object" || value === null) return false;
  return "messages" in value && Array.isArray(value.messages);
}

/** Without the parser's error, which repeats words of participants. */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
