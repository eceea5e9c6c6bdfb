import { printable } from "../data-models/printable.ts";
import { CommandError } from "./command-error.ts";
import type { Terminal } from "./terminal.ts";

/** Runs a command and returns its exit code; what is wrong with the call is told on stderr. */
export async function runCommand(
  name: string,
  terminal: Terminal,
  run: () => Promise<number>,
): Promise<number> {
  try {
    return await run();
  } catch (error) {
    if (!(error instanceof CommandError)) throw error;
    terminal.stderr.write(`arena ${name}: ${printable(error.message, "lines")}\n`);
    return error.exitCode;
  }
}
