import { inspect } from "node:util";

/** The message of an error; of anything else that was thrown, what it is. */
export function messageOf(thrown: unknown): string {
  if (typeof thrown === "string") return thrown;
  return thrown instanceof Error && typeof thrown.message === "string"
    ? thrown.message
    : reasonOf(thrown);
}

/** What was thrown, in words, whatever it is. */
export function reasonOf(thrown: unknown): string {
  try {
    return thrown instanceof Error ? `${thrown.name}: ${thrown.message}` : inspect(thrown);
  } catch {
    return "What was thrown cannot be read.";
  }
}
