import { CollectedProblems } from "../../access/collected-problems.ts";
import { type LoadedAccess, loadAccess } from "../../access/load-access.ts";
import { CommandError } from "../../client/command-error.ts";
import type { Environment } from "../../config/environment.ts";
import { type ConfigFile, defaultConfigFile } from "../../profiles/load-arena-config.ts";

/**
 * Reads the configuration file, and Azure's models of the environment.
 * @throws CommandError when there is no file, ConfigurationError when something is wrong
 */
export function requireAccess(file: ConfigFile, environment: Environment): LoadedAccess {
  const problems = new CollectedProblems();
  const loaded = loadAccess(file, environment, problems);
  problems.throwIfAny();
  if (loaded) return loaded;
  throw new CommandError(
    1,
    `There is no ${defaultConfigFile} here; set CONFIG_FILE or give --config FILE.`,
  );
}
