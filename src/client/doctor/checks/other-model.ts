import { atLeast } from "../answer-log.ts";
import type { Check } from "../check.ts";
import { broken, ok } from "../finding.ts";
import { judgeAcceptance } from "../judge.ts";
import { READY_REQUEST } from "../prompts.ts";

/** Whether a request for another model is dropped. */
export const otherModel: Check = {
  requirement: "ARENA-8",
  title: "another model's request is dropped",
  stage: "together",
  needs: "model",
  prompts: 0,
  others: 1,
  async run(patient) {
    const sent = await patient.send(READY_REQUEST, { modelID: `not-${await patient.modelID()}` });
    const refused = judgeAcceptance(sent);
    if (refused) return refused;
    const answers = await patient.log.collect(sent.sessionID, atLeast(1), patient.quietPatience);
    return answers.length === 0
      ? ok("accepted, not answered")
      : broken(
          "answered",
          "Every model's container gets every request: this one answers, and costs money, for all the others.",
        );
  },
};
