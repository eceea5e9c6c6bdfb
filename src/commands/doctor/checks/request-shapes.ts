import type { Message } from "../../../data-models/task.ts";
import { modelAnswer } from "../../../generated/model.ts";
import type { Check, Stage } from "../check.ts";
import { broken, consequences, notSeen, ok } from "../finding.ts";
import { judgeExchange, judgeUnderstood } from "../judge.ts";
import { READY_QUESTION, unusableRequest } from "../target.ts";
import { pngImage } from "./png-image.ts";

/** Whether messages in OpenAI's format are understood. */
export const chatFormat: readonly Check[] = [
  understands("a system message is understood", [
    { role: "system", content: "You answer with one word." },
    { role: "user", content: READY_QUESTION },
  ]),
  understands("content in parts is understood", [
    { role: "user", content: [{ type: "text", text: READY_QUESTION }] },
  ]),
];

function understands(title: string, messages: readonly Message[]): Check {
  return {
    requirement: "ARENA-12",
    title,
    stage: "together",
    needs: "answers",
    prompts: 1,
    others: 0,
    async run(target) {
      const exchange = await target.exchange(JSON.stringify(messages));
      return judgeExchange(
        target,
        exchange,
        judgeUnderstood("Every task that sends such messages gets errors for answers."),
      );
    },
  };
}

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
    async run(target) {
      const { definition } = await target.introduction();
      const request = JSON.stringify(shape(definition?.can_image ?? false));
      return judgeExchange(
        target,
        await target.exchange(request),
        judgeUnderstood("Older tasks get errors for answers."),
      );
    },
  };
}

/** More than any container has to receive (ARENA-14). */
const HUGE_BYTES = 33 * 1024 * 1024;

/** Whether requests that no model can answer are accepted, and answered all the same. */
export const unusableRequests: readonly Check[] = [
  answersUnusable("together", "text that is not JSON is answered", () => "Hello, I am not JSON {"),
  answersUnusable(
    "together",
    "JSON of a wrong shape is answered",
    () => '{"nothing":["to","see"]}',
  ),
  answersUnusable("together", "an empty request is answered", () => ""),
  answersUnusable("large", "a request of 33 MB is answered", () => unusableRequest(HUGE_BYTES)),
];

function answersUnusable(stage: Stage, title: string, request: () => string): Check {
  return {
    requirement: "ARENA-9",
    title,
    stage,
    needs: "model",
    prompts: 0,
    others: 1,
    async run(target) {
      return judgeExchange(target, await target.exchange(request()));
    },
  };
}

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
    async run(target) {
      const exchange = await target.exchange(JSON.stringify(imageMessages(bytes)));
      const { definition } = await target.introduction();
      if (definition?.can_image) {
        return judgeExchange(
          target,
          exchange,
          judgeUnderstood("Tasks choose this model for images, and get errors for answers."),
        );
      }
      return judgeExchange(target, exchange, ({ error }, summary) =>
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

/** Whether a Python client's stream survived every answer. */
export const messageSize: Check = {
  requirement: "ARENA-19",
  title: "no answer is over 4 MiB",
  stage: "afterwards",
  needs: "model",
  prompts: 0,
  others: 0,
  async run(target) {
    const ends = target.listenings.flatMap((listening) => listening.ends);
    const tooLarge = ends.find(({ code }) => code === "RESOURCE_EXHAUSTED");
    if (tooLarge) return broken(tooLarge.details, consequences.streamDies);
    if (target.log.all.length === 0) return notSeen("nothing was answered");
    const sizes = target.log.all.map(({ answer }) => modelAnswer.encode(answer).finish().length);
    const largest = `${Math.max(...sizes).toLocaleString("en")} bytes`;
    return notSeen(`the largest has ${largest}; what becomes of one over 4 MiB did not show`);
  },
};
