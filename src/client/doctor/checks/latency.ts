import type { Check } from "../check.ts";
import { info } from "../finding.ts";
import { inMs } from "../judge.ts";

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
  async run(patient) {
    const { latenciesMs } = patient.log;
    const median = latenciesMs[Math.floor(latenciesMs.length / 2)] ?? 0;
    const fastest = latenciesMs[0] ?? 0;
    const hint =
      fastest > PROMPT_MS ? "; never faster: a slow model, or a container that polls" : "";
    const range = `${inMs(fastest)} at best, ${inMs(median)} in the median`;
    return info(`${range}, over ${latenciesMs.length} requests${hint}`);
  },
};
