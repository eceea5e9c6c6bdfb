import { randomUUID } from "node:crypto";
import type { Check } from "../check.ts";
import { consequences } from "../consequences.ts";
import { broken, type Finding, ok } from "../finding.ts";
import { inMs, judgeAcceptance } from "../judge.ts";
import { newSession } from "../patient.ts";
import { READY_REQUEST } from "../prompts.ts";

const REQUESTS = 3;

/** Whether several requests of one session can be under way. */
export const concurrentRequests: Check = {
  requirement: "ARENA-10",
  title: `${REQUESTS} requests of one session at once are answered`,
  stage: "together",
  needs: "answers",
  prompts: REQUESTS,
  others: 0,
  async run(patient): Promise<Finding> {
    const sessionID = newSession();
    const messageIDs = Array.from({ length: REQUESTS }, () => randomUUID());
    const sent = await Promise.all(
      messageIDs.map((messageID) => patient.send(READY_REQUEST, { sessionID, messageID })),
    );
    const refused = sent.map(judgeAcceptance).find((finding) => finding !== undefined);
    if (refused) return refused;
    const answers = await patient.answers(sessionID, REQUESTS);
    const answered = new Set(answers.map(({ answer }) => answer.messageID));
    const missing = messageIDs.filter((messageID) => !answered.has(messageID)).length;
    if (missing > 0) {
      const detail = `${answers.length} answers came, for ${REQUESTS - missing} of ${REQUESTS} messageIDs`;
      return broken(detail, consequences.waitsForever);
    }
    const startMs = Math.min(...sent.map(({ sentAtMs }) => sentAtMs));
    return ok(answers.map(({ atMs }) => inMs(atMs - startMs)).join(", "));
  },
};
