import type { Check } from "../check.ts";
import { judgeExchange } from "../judge.ts";
import { READY_REQUEST } from "../prompts.ts";

/** Whether a request without a messageID is answered without one. */
export const emptyMessageID: Check = {
  requirement: "ARENA-11",
  title: "an empty messageID is answered with an empty one",
  stage: "together",
  needs: "answers",
  prompts: 1,
  others: 0,
  async run(patient) {
    return judgeExchange(patient, await patient.exchange(READY_REQUEST, { messageID: "" }));
  },
};
