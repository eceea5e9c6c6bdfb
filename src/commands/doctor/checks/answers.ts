import { MalformedAnswerError, toAnswer } from "../../../client/answer.ts";
import type { Check } from "../check.ts";
import { broken, consequences, info, ok } from "../finding.ts";
import { inMs, judgeExchange } from "../judge.ts";
import { READY_REQUEST } from "../target.ts";

/** Whether every answer that came was readable. */
export const answerShape: Check = {
  requirement: "ARENA-18",
  title: "every answer is {text, image, error?}",
  stage: "afterwards",
  needs: "evidence",
  prompts: 0,
  others: 0,
  async run(target) {
    const { all } = target.log;
    try {
      for (const { answer } of all) toAnswer(answer);
      return ok(`${all.length} answers`);
    } catch (error) {
      if (!(error instanceof MalformedAnswerError)) throw error;
      return broken(error.message, consequences.unreadable);
    }
  },
};

/** A container that never answers faster, not even an error, looks as if it polled. */
const PROMPT_MS = 300;

/** How long answers took, over all that was asked. */
export const latency: Check = {
  requirement: "ARENA-15",
  title: "time until the answer",
  stage: "afterwards",
  needs: "evidence",
  prompts: 0,
  others: 0,
  async run(target) {
    const { latenciesMs } = target.log;
    const median = latenciesMs[Math.floor(latenciesMs.length / 2)] ?? 0;
    const fastest = latenciesMs[0] ?? 0;
    const hint =
      fastest > PROMPT_MS ? "; never faster: a slow model, or a container that polls" : "";
    const range = `${inMs(fastest)} at best, ${inMs(median)} in the median`;
    return info(`${range}, over ${latenciesMs.length} requests${hint}`);
  },
};

/** Whether a request without a messageID is answered without one. */
export const emptyMessageID: Check = {
  requirement: "ARENA-11",
  title: "an empty messageID is answered with an empty one",
  stage: "together",
  needs: "answers",
  prompts: 1,
  others: 0,
  async run(target) {
    return judgeExchange(target, await target.exchange(READY_REQUEST, { messageID: "" }));
  },
};

/** Whether a question is answered at all. */
export const answers: Check = {
  requirement: "ARENA-15",
  title: "a question is answered, with its ids",
  stage: "first",
  needs: "model",
  prompts: 0,
  others: 0,
  async run(target) {
    return judgeExchange(target, await target.firstExchange());
  },
};
