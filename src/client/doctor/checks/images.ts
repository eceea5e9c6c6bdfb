import type { Message } from "../../../data-models/message.ts";
import type { Check, Stage } from "../check.ts";
import { ok } from "../finding.ts";
import { judgeExchange, judgeUnderstood } from "../judge.ts";
import { pngImage } from "../png-image.ts";

const SMALL_BYTES = 1000;
/** As base64 in a data URL: 8 MB. */
const LARGE_BYTES = 6_000_000;

/** Whether an image arrives at all. */
export const smallImage = takesImage("ARENA-12", "together", "an image is taken", SMALL_BYTES);

/** Whether an image of several MB does. */
export const largeImage = takesImage("ARENA-14", "large", "an image of 8 MB is taken", LARGE_BYTES);

function takesImage(requirement: string, stage: Stage, title: string, bytes: number): Check {
  return {
    requirement,
    title,
    stage,
    needs: "answers",
    prompts: 1,
    others: 0,
    async run(patient) {
      const exchange = await patient.exchange(JSON.stringify(imageMessages(bytes)));
      const { definition } = await patient.introduction();
      if (definition?.can_image) {
        return judgeExchange(
          patient,
          exchange,
          judgeUnderstood("Tasks choose this model for images, and get errors for answers."),
        );
      }
      return judgeExchange(patient, exchange, ({ error }, summary) =>
        ok(error ? `says that it cannot: ${summary}` : summary),
      );
    },
  };
}

function imageMessages(bytes: number): readonly Message[] {
  const url = `data:image/png;base64,${pngImage(bytes).toString("base64")}`;
  const question = { type: "text" as const, text: "Answer with one word: which colour is this?" };
  return [{ role: "user", content: [question, { type: "image_url", image_url: { url } }] }];
}
