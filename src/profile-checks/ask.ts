import { orAborted } from "../async/or-aborted.ts";
import { failureFinding } from "./failure-finding.ts";
import type { Finding } from "./finding.ts";

/** What a question brought: an answer, or the finding that there is none, and why. */
export type Answer<Value> =
  | { readonly isAnswered: true; readonly value: Value }
  | { readonly isAnswered: false; readonly finding: Finding; readonly thrown: unknown };

/** Asks within the signal's time, also somebody who does not listen to it. Never throws. */
export async function ask<Value>(
  check: string,
  signal: AbortSignal,
  question: () => Promise<Value>,
): Promise<Answer<Value>> {
  try {
    signal.throwIfAborted();
    return { isAnswered: true, value: await orAborted(question(), signal) };
  } catch (thrown) {
    return { isAnswered: false, finding: failureFinding(check, thrown, signal), thrown };
  }
}
