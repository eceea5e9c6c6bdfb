import { setTimeout as pause } from "node:timers/promises";
import { answersTo } from "../answer-log.ts";
import type { Check } from "../check.ts";
import { broken, consequences, type Finding, notSeen, ok } from "../finding.ts";
import { inMs, judgeAcceptance } from "../judge.ts";
import type { Sent } from "../target.ts";
import { newSession, READY_REQUEST, type Target } from "../target.ts";

/** In so many steps the doctor looks through the time of one answer. */
const STEPS = 8;

/** Whether predict returns before the model has answered. */
export const acceptsAtOnce: Check = {
  requirement: "ARENA-7",
  title: "predict returns at once",
  stage: "first",
  needs: "model",
  prompts: 1, // The doctor's first question is counted by itself.
  others: 0,
  async run(target) {
    const exchange = await target.firstExchange();
    const refused = judgeAcceptance(exchange);
    if (refused) return refused;
    const first = exchange.answers[0];
    const answered = first ? `after ${inMs(first.atMs - exchange.sentAtMs)}` : "never";
    // The very first call may load what later ones find, so a slow one is made again.
    const isSlow = acceptanceMs(exchange) > target.timeouts.promptMs;
    const again = isSlow ? await target.whileListening(() => target.askAlone()) : exchange;
    const acceptedMs = Math.min(acceptanceMs(exchange), acceptanceMs(again));
    return judge(target, acceptedMs, `Empty after ${inMs(acceptedMs)}, answer ${answered}`);
  },
};

/**
 * Whether predict returns while the model works on another request. Most of the
 * calls name another model, so that they cost nothing: a loop that is blocked
 * is blocked for them too.
 */
export const acceptsWhileWorking: Check = {
  requirement: "ARENA-7",
  title: "predict returns at once while the model works",
  stage: "alone",
  needs: "answers",
  prompts: 2,
  others: STEPS,
  run(target) {
    return target.whileListening(async () => {
      const working = await target.send(READY_REQUEST);
      const meanwhile = await callMeanwhile(target, working);
      const calls = [working, ...meanwhile];
      const refused = calls.map(judgeAcceptance).find((one) => one !== undefined);
      if (refused) return refused;
      for (const { sessionID } of meanwhile) target.log.giveUp(sessionID);
      const [answer] = await target.answers(working.sessionID, 1);
      if (!answer) return notSeen("the request that the model should work on was not answered");
      const slowestMs = Math.max(...calls.map(acceptanceMs));
      const detail = `the slowest of ${calls.length} calls returned after ${inMs(slowestMs)}, the answer came after ${inMs(answer.atMs - working.sentAtMs)}`;
      const isSeen = meanwhile.some(({ acceptedAtMs }) => acceptedAtMs < answer.atMs);
      if (slowestMs <= target.timeouts.promptMs && (target.pace.isQuick || !isSeen)) {
        return notSeen(`answers come too quickly: ${detail}`);
      }
      return judge(target, slowestMs, detail);
    });
  },
};

/** Calls predict, one call after the other, until the request is answered. */
async function callMeanwhile(target: Target, working: Sent): Promise<readonly Sent[]> {
  const calls: Sent[] = [];
  const other = `not-${await target.modelID()}`;
  for (let step = 0; step < STEPS && !isAnswered(target, working); step += 1) {
    await pause(target.pace.aloneMs / STEPS);
    const options = { sessionID: newSession(), ...(step === STEPS / 2 ? {} : { modelID: other }) };
    calls.push(await target.send(READY_REQUEST, options));
  }
  return calls;
}

function isAnswered({ log }: Target, { sessionID }: Sent): boolean {
  return answersTo(1)(log.of(sessionID));
}

function acceptanceMs({ sentAtMs, acceptedAtMs }: Sent): number {
  return acceptedAtMs - sentAtMs;
}

function judge(target: Target, acceptedMs: number, detail: string): Finding {
  return acceptedMs > target.timeouts.promptMs
    ? broken(detail, consequences.predictHangs)
    : ok(detail);
}
