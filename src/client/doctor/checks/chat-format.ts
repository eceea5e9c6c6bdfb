import type { Message } from "../../../data-models/message.ts";
import type { Check } from "../check.ts";
import { judgeExchange, judgeUnderstood } from "../judge.ts";
import { READY_QUESTION } from "../prompts.ts";

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
    async run(patient) {
      const exchange = await patient.exchange(JSON.stringify(messages));
      return judgeExchange(
        patient,
        exchange,
        judgeUnderstood("Every task that sends such messages gets errors for answers."),
      );
    },
  };
}
