import type { Check, Stage } from "../check.ts";
import { judgeExchange } from "../judge.ts";
import { unusableRequest } from "../prompts.ts";

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
    async run(patient) {
      return judgeExchange(patient, await patient.exchange(request()));
    },
  };
}
