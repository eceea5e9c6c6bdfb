import type { Check } from "../check.ts";
import { consequences } from "../consequences.ts";
import { broken, ok } from "../finding.ts";

/** Whether the container ever ended a stream by itself. */
export const streamStaysOpen: Check = {
  requirement: "ARENA-20",
  title: "sendPrediction stays open while the container runs",
  stage: "afterwards",
  needs: "model",
  prompts: 0,
  others: 0,
  async run(patient) {
    const ends = patient.listenings
      .flatMap((listening) => listening.ends)
      .filter(({ code }) => code !== "RESOURCE_EXHAUSTED"); // That is ARENA-19.
    const failure = ends.find(({ code }) => code !== "OK") ?? ends[0];
    if (!failure) return ok(`${patient.listenings.length} streams, none ended by the container`);
    const detail = `ended with ${failure.code}${failure.code === "OK" ? "" : `: ${failure.details}`} (${ends.length} times)`;
    return failure.code === "OK"
      ? broken(detail, "The test orchestrator never carries an answer on again.")
      : broken(detail, consequences.streamDies);
  },
};
