import type { Check } from "../check.ts";
import { judgeAcceptance, judgeExchange } from "../judge.ts";
import { READY_REQUEST } from "../prompts.ts";

/** Whether an answer that is ready while no stream is open waits for one. */
export const waitingAnswers: Check = {
  requirement: "ARENA-16",
  title: "an answer waits while no stream is open",
  stage: "alone",
  needs: "answers",
  prompts: 1,
  others: 0,
  async run(patient) {
    const sent = await patient.send(READY_REQUEST);
    const refused = judgeAcceptance(sent);
    if (refused) return refused;
    await patient.untilQuiet();
    return await patient.whileListening(async () => {
      const answers = await patient.answers(sent.sessionID, 1);
      return judgeExchange(patient, { ...sent, answers });
    });
  },
};
