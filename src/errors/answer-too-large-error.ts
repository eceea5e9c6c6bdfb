import { ArenaError } from "./arena-error.ts";

/** The model's answer is larger than MAX_ANSWER_BYTES; delivering it would end the client's stream (ARENA-19). */
export class AnswerTooLargeError extends ArenaError {
  override readonly name = "AnswerTooLargeError";

  constructor(bytes: number, limit: number) {
    super(
      "RESOURCE_EXHAUSTED",
      `The model's answer has ${bytes} bytes; at most ${limit} can be delivered. Ask for a shorter answer or a smaller image.`,
      {
        participantText: "The AI's answer was too large to be sent. Please ask for a shorter one.",
      },
    );
  }
}
