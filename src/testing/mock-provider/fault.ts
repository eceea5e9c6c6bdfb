import type { ChatCall } from "./chat-call.ts";

/** One way to misbehave, chosen by its name as the model. */
export interface Fault {
  /** Its number in the list of faults that a gateway has to survive, if it is one of them. */
  readonly number?: `S${string}`;
  /** What it does, for people. */
  readonly does: string;
  /** Answers one request, or does not. */
  readonly answer: (call: ChatCall) => void | Promise<void>;
}
