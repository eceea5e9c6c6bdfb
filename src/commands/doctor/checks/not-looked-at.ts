import { toAnswer } from "../../../client/answer.ts";
import type { LoggedAnswer } from "../answer-log.ts";
import type { Check } from "../check.ts";
import { type Finding, notSeen, ok } from "../finding.ts";
import type { Target } from "../target.ts";

/** Codes with which the request is at fault and not the model. */
const REQUEST_AT_FAULT = new Set(["INVALID_ARGUMENT", "RESOURCE_EXHAUSTED"]);

/** What the doctor cannot make happen. It says so, unless it happened by chance. */
export const throwingModel = unlooked(
  "ARENA-9",
  "a model that throws is answered",
  async (target) => {
    const codes = target.log.all.map(errorCode).filter((code) => code !== undefined);
    const [code] = codes.filter((one) => !REQUEST_AT_FAULT.has(one));
    return code
      ? ok(`an error answer came: ${code}`)
      : notSeen("no model failed; make yours throw, and ask it");
  },
);

export const streamEnd = unlooked(
  "ARENA-20",
  "sendPrediction ends with the right status when the container stops",
  async () =>
    notSeen(
      "the doctor stops nothing; UNAVAILABLE is right for a lone process, OK where another one listens at the address",
    ),
);

export const frozenClient = unlooked(
  "ARENA-22",
  "a client that is frozen for minutes is not cut off",
  async () =>
    notSeen(
      "the doctor does not wait for ten minutes; stop an orchestrator for as long (SIGSTOP), and ask it afterwards",
    ),
);

function errorCode({ answer }: LoggedAnswer): string | undefined {
  try {
    return toAnswer(answer).error?.code;
  } catch {
    return undefined;
  }
}

function unlooked(
  requirement: string,
  title: string,
  run: (target: Target) => Promise<Finding>,
): Check {
  return { requirement, title, stage: "afterwards", needs: "model", prompts: 0, others: 0, run };
}
