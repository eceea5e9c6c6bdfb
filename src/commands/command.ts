import type { Readable, Writable } from "node:stream";
import { type ParseArgsConfig, parseArgs } from "node:util";
import { printable } from "../text/printable.ts";

/** Ends a command: 2 for a wrong command line, 1 for a world that is not as it has to be. The message holds the remedy. */
export class CommandError extends Error {
  override readonly name = "CommandError";
  readonly exitCode: 1 | 2;

  constructor(exitCode: 1 | 2, message: string) {
    super(message);
    this.exitCode = exitCode;
  }
}

/** Where a command reads and writes: the process's own streams, or a test's. */
export interface Terminal {
  readonly stdin: Readable & { readonly isTTY?: boolean };
  readonly stdout: Writable & { readonly isTTY?: boolean };
  readonly stderr: Writable & { readonly isTTY?: boolean };
}

/** As node:util's parseArgs. @throws CommandError for what does not belong on the command line */
export function parseArguments<Config extends ParseArgsConfig>(config: Config) {
  try {
    return parseArgs(config);
  } catch (error) {
    if (error instanceof TypeError) throw new CommandError(2, `${error.message}\nSee --help.`);
    throw error;
  }
}

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
