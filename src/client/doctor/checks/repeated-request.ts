import { randomUUID } from "node:crypto";
import { atLeast } from "../answer-log.ts";
import type { Check } from "../check.ts";
import { consequences } from "../consequences.ts";
import { broken, ok } from "../finding.ts";
import { judgeAcceptance } from "../judge.ts";
import { newSession } from "../patient.ts";
import { READY_REQUEST } from "../prompts.ts";

/** An answer that comes so much later than the repetition was accepted was not there yet when it was. */
const SURELY_RUNNING_MS = 100;
const CONSEQUENCE =
  "A request that is sent again costs a second call of the model, and the participant sees two answers.";

/**
 * Whether a request that comes twice runs once. A second answer is legal when
 * the request had been answered before it was repeated (the stored answer is
 * sent again), so two answers are judged by whether that can have been.
 */
export const repeatedRequest: Check = {
  requirement: "ARENA-11",
  title: "the same request twice runs once",
  stage: "together",
  needs: "answers",
  prompts: 2,
  others: 0,
  async run(patient) {
    const ids = { sessionID: newSession(), messageID: randomUUID() };
    const sent = await Promise.all([1, 2].map(() => patient.send(READY_REQUEST, ids)));
    const refused = sent.map(judgeAcceptance).find((finding) => finding !== undefined);
    if (refused) return refused;
    const [first] = await patient.answers(ids.sessionID, 1);
    if (!first) return broken("no answer", consequences.waitsForever);
    const answers = await patient.log.collect(ids.sessionID, atLeast(2), patient.quietPatience);
    if (answers.length === 1) return ok("answered once");
    const texts = new Set(answers.map(({ answer }) => answer.answer));
    if (texts.size > 1) return broken(`answered ${texts.size} times, differently`, CONSEQUENCE);
    const acceptedAtMs = Math.max(...sent.map((one) => one.acceptedAtMs));
    return first.atMs > acceptedAtMs + SURELY_RUNNING_MS || answers.length > 2
      ? broken(`answered ${answers.length} times`, CONSEQUENCE)
      : ok("answered, and when repeated, answered with the same answer");
  },
};
