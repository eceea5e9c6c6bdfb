import type { Check } from "../check.ts";
import { judgeExchange } from "../judge.ts";

/** Whether a question is answered at all. */
export const answers: Check = {
  requirement: "ARENA-15",
  title: "a question is answered, with its ids",
  stage: "first",
  needs: "model",
  prompts: 0,
  others: 0,
  async run(patient) {
    return judgeExchange(patient, await patient.firstExchange());
  },
};
