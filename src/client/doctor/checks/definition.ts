import { asSentence } from "../../../errors/full-stop.ts";
import type { Check } from "../check.ts";
import { broken, ok } from "../finding.ts";

/** Whether the container says what it is. */
export const definition: Check = {
  requirement: "ARENA-5",
  title: "registerModel answers the definition",
  stage: "first",
  needs: "connection",
  prompts: 0,
  others: 0,
  async run(patient) {
    const { definition, failure } = await patient.introduction();
    if (failure?.code === "OUT_OF_RANGE") {
      return broken(
        `${asSentence(failure.message)} It was registered before; restart it, or give --model-id`,
        "The orchestrator never learns that the model exists.",
      );
    }
    if (failure)
      return broken(failure.message, "The orchestrator never learns that the model exists.");
    if (!definition?.modelID) {
      return broken("the modelID is empty", "No task can choose the model.");
    }
    const { needs_text, needs_image, can_text, can_image } = definition;
    return ok(
      `modelID ${JSON.stringify(definition.modelID)}, needs ${list(needs_text, needs_image)}, can ${list(can_text, can_image)}`,
    );
  },
};

function list(text: boolean, image: boolean): string {
  return [text && "text", image && "image"].filter(Boolean).join(" and ") || "nothing";
}
