import { toAnswer } from "../../answer.ts";
import { MalformedAnswerError } from "../../malformed-answer-error.ts";
import type { Check } from "../check.ts";
import { consequences } from "../consequences.ts";
import { broken, ok } from "../finding.ts";

/** Whether every answer that came was readable. */
export const answerShape: Check = {
  requirement: "ARENA-18",
  title: "every answer is {text, image, error?}",
  stage: "afterwards",
  needs: "evidence",
  prompts: 0,
  others: 0,
  async run(patient) {
    const { all } = patient.log;
    try {
      for (const { answer } of all) toAnswer(answer);
      return ok(`${all.length} answers`);
    } catch (error) {
      if (!(error instanceof MalformedAnswerError)) throw error;
      return broken(error.message, consequences.unreadable);
    }
  },
};
