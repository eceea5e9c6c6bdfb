import { inspect } from "node:util";

/** What was thrown, in words, whatever it is. */
export function reasonOf(thrown: unknown): string {
  try {
    return thrown instanceof Error ? `${thrown.name}: ${thrown.message}` : inspect(thrown);
  } catch {
    return "What was thrown cannot be read.";
  }
}
