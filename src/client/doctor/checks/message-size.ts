import { modelAnswer } from "../../../generated/model.ts";
import type { Check } from "../check.ts";
import { consequences } from "../consequences.ts";
import { broken, notSeen } from "../finding.ts";

/** Whether a Python client's stream survived every answer. */
export const messageSize: Check = {
  requirement: "ARENA-19",
  title: "no answer is over 4 MiB",
  stage: "afterwards",
  needs: "model",
  prompts: 0,
  others: 0,
  async run(patient) {
    const ends = patient.listenings.flatMap((listening) => listening.ends);
    const tooLarge = ends.find(({ code }) => code === "RESOURCE_EXHAUSTED");
    if (tooLarge) return broken(tooLarge.details, consequences.streamDies);
    if (patient.log.all.length === 0) return notSeen("nothing was answered");
    const sizes = patient.log.all.map(({ answer }) => modelAnswer.encode(answer).finish().length);
    const largest = `${Math.max(...sizes).toLocaleString("en")} bytes`;
    return notSeen(`the largest has ${largest}; what becomes of one over 4 MiB did not show`);
  },
};
