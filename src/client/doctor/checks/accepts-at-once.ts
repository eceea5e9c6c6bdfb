import type { Check } from "../check.ts";
import { consequences } from "../consequences.ts";
import { broken, ok } from "../finding.ts";
import { inMs, judgeAcceptance } from "../judge.ts";

/** Whether predict returns before the model has answered. */
export const acceptsAtOnce: Check = {
  requirement: "ARENA-7",
  title: "predict returns at once",
  stage: "first",
  needs: "model",
  prompts: 0, // The doctor's first question is counted by itself.
  others: 0,
  async run(patient) {
    const exchange = await patient.firstExchange();
    const refused = judgeAcceptance(exchange);
    if (refused) return refused;
    const acceptedMs = exchange.acceptedAtMs - exchange.sentAtMs;
    const first = exchange.answers[0];
    const answeredMs = first && first.atMs - exchange.sentAtMs;
    const detail = `Empty after ${inMs(acceptedMs)}, answer ${answeredMs === undefined ? "never" : `after ${inMs(answeredMs)}`}`;
    const waited = answeredMs === undefined || acceptedMs > answeredMs / 2;
    return acceptedMs > patient.patience.promptMs && waited
      ? broken(detail, consequences.predictHangs)
      : ok(detail);
  },
};
