import { type ParseArgsConfig, parseArgs } from "node:util";
import { CommandError } from "./command-error.ts";

/** As node:util's parseArgs. @throws CommandError for what does not belong on the command line */
export function parseArguments<Config extends ParseArgsConfig>(config: Config) {
  try {
    return parseArgs(config);
  } catch (error) {
    if (error instanceof TypeError) throw new CommandError(2, `${error.message}\nSee --help.`);
    throw error;
  }
}
