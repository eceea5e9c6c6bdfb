import { randomUUID } from "node:crypto";
import { atLeast } from "../answer-log.ts";
import type { Check } from "../check.ts";
import { broken, consequences, type Finding, ok } from "../finding.ts";
import { inMs, judgeAcceptance } from "../judge.ts";
import { newSession, READY_REQUEST } from "../target.ts";

/** Whether a request for another model is dropped. */
export const otherModel: Check = {
  requirement: "ARENA-8",
  title: "another model's request is dropped",
  stage: "together",
  needs: "model",
  prompts: 0,
  others: 1,
  async run(target) {
    const sent = await target.send(READY_REQUEST, { modelID: `not-${await target.modelID()}` });
    const refused = judgeAcceptance(sent);
    if (refused) return refused;
    const answers = await target.log.collect(sent.sessionID, atLeast(1), target.quietTimeouts);
    return answers.length === 0
      ? ok("accepted, not answered")
      : broken(
          "answered",
          "Every model's container gets every request: this one answers, and costs money, for all the others.",
        );
  },
};

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
  async run(target) {
    const ids = { sessionID: newSession(), messageID: randomUUID() };
    const sent = await Promise.all([1, 2].map(() => target.send(READY_REQUEST, ids)));
    const refused = sent.map(judgeAcceptance).find((finding) => finding !== undefined);
    if (refused) return refused;
    const [first] = await target.answers(ids.sessionID, 1);
    if (!first) return broken("no answer", consequences.waitsForever);
    const answers = await target.log.collect(ids.sessionID, atLeast(2), target.quietTimeouts);
    if (answers.length === 1) return ok("answered once");
    const texts = new Set(answers.map(({ answer }) => answer.answer));
    if (texts.size > 1) return broken(`answered ${texts.size} times, differently`, CONSEQUENCE);
    const acceptedAtMs = Math.max(...sent.map((one) => one.acceptedAtMs));
    return first.atMs > acceptedAtMs + SURELY_RUNNING_MS || answers.length > 2
      ? broken(`answered ${answers.length} times`, CONSEQUENCE)
      : ok("answered, and when repeated, answered with the same answer");
  },
};

const REQUESTS = 3;

/** Whether several requests of one session can be under way. */
export const concurrentRequests: Check = {
  requirement: "ARENA-10",
  title: `${REQUESTS} requests of one session at once are answered`,
  stage: "together",
  needs: "answers",
  prompts: REQUESTS,
  others: 0,
  async run(target): Promise<Finding> {
    const sessionID = newSession();
    const messageIDs = Array.from({ length: REQUESTS }, () => randomUUID());
    const sent = await Promise.all(
      messageIDs.map((messageID) => target.send(READY_REQUEST, { sessionID, messageID })),
    );
    const refused = sent.map(judgeAcceptance).find((finding) => finding !== undefined);
    if (refused) return refused;
    const answers = await target.answers(sessionID, REQUESTS);
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
