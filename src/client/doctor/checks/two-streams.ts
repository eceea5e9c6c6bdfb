import { answersTo, atLeast } from "../answer-log.ts";
import type { Check } from "../check.ts";
import { consequences } from "../consequences.ts";
import { broken, ok } from "../finding.ts";
import { judgeAcceptance } from "../judge.ts";
import { newSession } from "../patient.ts";
import { READY_REQUEST } from "../prompts.ts";

const REQUESTS = 4;

/** Whether each answer goes to exactly one of two streams. */
export const twoStreams: Check = {
  requirement: "ARENA-17",
  title: "two streams open: each answer comes on one of them",
  stage: "alone",
  needs: "answers",
  prompts: REQUESTS,
  others: 0,
  async run(patient) {
    const streams = [patient.connect(), patient.connect()].map((client) => patient.listen(client));
    try {
      const opened = Promise.all(streams.map((stream) => stream.opened));
      await Promise.race([opened, patient.untilQuiet()]);
      const sessionID = newSession();
      const sent = await Promise.all(
        Array.from({ length: REQUESTS }, () => patient.send(READY_REQUEST, { sessionID })),
      );
      const refused = sent.map(judgeAcceptance).find((finding) => finding !== undefined);
      if (refused) return refused;
      await patient.answers(sessionID, REQUESTS);
      // One more would be one too many.
      const answers = await patient.log.collect(
        sessionID,
        atLeast(REQUESTS + 1),
        patient.quietPatience,
      );
      if (answers.length > REQUESTS) {
        return broken(`${answers.length} answers to ${REQUESTS} requests`, consequences.twice);
      }
      if (!answersTo(REQUESTS)(answers)) {
        const detail = `${answers.length} answers to ${REQUESTS} requests`;
        return broken(detail, consequences.lostAnswer);
      }
      const counts = Map.groupBy(answers, ({ stream }) => stream).values();
      return ok([...counts].map((group) => group.length).join(" + "));
    } finally {
      await Promise.all(streams.map((stream) => stream.close()));
    }
  },
};
