import type { ArenaError } from "../errors/arena-error.ts";
import type { TaskOutput } from "./task-output.ts";

/** The JSON of an answer as tasks read it (ARENA-18). */
export function toAnswerText(output: TaskOutput): string {
  return JSON.stringify({ text: output.text, image: output.image ?? null });
}

/** The JSON of an answer to a request that failed (ARENA-18). */
export function toErrorAnswerText(error: ArenaError): string {
  const { code, message, retryable, participantText } = error;
  return JSON.stringify({
    text: participantText,
    image: null,
    error: { code, message, retryable },
  });
}
