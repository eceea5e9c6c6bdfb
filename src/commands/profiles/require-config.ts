import { configParts } from "../../access/config-parts.ts";
import { CommandError } from "../../client/command-error.ts";
import {
  type ConfigFile,
  defaultConfigFile,
  loadArenaConfig,
} from "../../profiles/load-arena-config.ts";

/** Reads the configuration file. @throws CommandError when there is none, ConfigurationError when it is wrong */
export function requireConfig(file: ConfigFile) {
  const loaded = loadArenaConfig(file, configParts);
  if (loaded) return loaded;
  throw new CommandError(
    1,
    `There is no ${defaultConfigFile} here; set CONFIG_FILE or give --config FILE.`,
  );
}
