import type { Message } from "./message.ts";

/** What a model is asked: the conversation so far, system message included. */
export interface TaskInput {
  readonly messages: readonly Message[];
}
