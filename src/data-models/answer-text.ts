import type { ArenaError } from "../errors/arena-error.ts";
import { AnswerTooLargeError } from "../errors/model-errors.ts";
import { shortened } from "../text/shortened.ts";
import type { TaskOutput } from "./task.ts";

/** The JSON of an answer as tasks read it (ARENA-18). */
export function toAnswerText(output: TaskOutput): string {
  return JSON.stringify({ text: output.text, image: output.image ?? null });
}

/**
 * The same, of an answer that fits into a message of the arena, with `otherBytes` beside it.
 * @throws AnswerTooLargeError
 */
export function toSizedAnswerText(output: TaskOutput, maxBytes: number, otherBytes = 0): string {
  const text = toAnswerText(output);
  const bytes = Buffer.byteLength(text) + otherBytes;
  if (bytes > maxBytes) throw new AnswerTooLargeError(bytes, maxBytes);
  return text;
}

/** Longest words of an error that go into an answer: a model may put anything into its own. */
const errorCharacters = 2000;

/**
 * The JSON of an answer to a request that failed (ARENA-18); never near the
 * limit of ARENA-19. A model in JavaScript may have put anything into its error.
 */
export function toErrorAnswerText(error: ArenaError): string {
  const code = String(error.code);
  const retryable = Boolean(error.retryable);
  const text = shortened(String(error.participantText), errorCharacters);
  const message = shortened(String(error.message), errorCharacters);
  return JSON.stringify({ text, image: null, error: { code, message, retryable } });
}
