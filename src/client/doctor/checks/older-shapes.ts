import type { Check } from "../check.ts";
import { judgeExchange, judgeUnderstood } from "../judge.ts";
import { pngImage } from "../png-image.ts";
import { READY_QUESTION } from "../prompts.ts";

const MESSAGES = [{ role: "user", content: READY_QUESTION }];

/** Whether the shapes that older tasks send are understood. */
export const olderShapes: readonly Check[] = [
  understandsShape("{messages} is understood", () => ({ messages: MESSAGES })),
  understandsShape("{text, image, system} is understood", (canImage) => ({
    text: MESSAGES,
    ...(canImage ? { image: pngImage(1000).toString("base64") } : {}),
    system: "You answer with one word.",
  })),
  understandsShape("{data: {…}} is understood", () => ({ data: { messages: MESSAGES } })),
];

function understandsShape(title: string, shape: (canImage: boolean) => object): Check {
  return {
    requirement: "ARENA-13",
    title,
    stage: "together",
    needs: "answers",
    prompts: 1,
    others: 0,
    async run(patient) {
      const { definition } = await patient.introduction();
      const request = JSON.stringify(shape(definition?.can_image ?? false));
      return judgeExchange(
        patient,
        await patient.exchange(request),
        judgeUnderstood("Older tasks get errors for answers."),
      );
    },
  };
}
