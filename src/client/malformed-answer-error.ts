import { asSentence } from "../errors/full-stop.ts";
import type { modelAnswer } from "../generated/model.ts";

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
