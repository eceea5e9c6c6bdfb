import { CollectedProblems } from "../../access/collected-problems.ts";
import { type LoadedAccess, loadAccess } from "../../access/load-access.ts";
import { type ConfigFile, defaultConfigFile } from "../../arena-file/load-arena-config.ts";
import { type Environment, openEnvironment } from "../../config/environment.ts";
import { CommandError, parseArguments, runCommand, type Terminal } from "../command.ts";
import { explainAccess } from "./explain-access.ts";
import { listProfiles } from "./list-profiles.ts";
import { validateConfig } from "./validate-config.ts";

const help = `arena profiles: says which models may be used, by which profile, and by whom

  arena profiles [list]            all profiles as a table; where a key is, never the key
  arena profiles validate          everything that is wrong with the file, or what it says
  arena profiles explain --model M which profile would answer, and why the others do not;
                                   in the order of a route that names this model
    --user U                       asked by this user
    --workspace W                  asked in this workspace

  --json         as JSON (list: JSON lines)
  --config FILE  the file, as CONFIG_FILE; default: the setting, or arena.yaml if it is there
  -h, --help     this text

It calls nobody: no provider, no vault. The models of AZURE_OPENAI_MODELS count as well.

Exit code: 0 done, 1 nobody may use the model, 2 wrong command line, 78 wrong file.
`;

const options = {
  user: { type: "string" },
  workspace: { type: "string" },
  model: { type: "string" },
  json: { type: "boolean" },
  config: { type: "string" },
  help: { type: "boolean", short: "h" },
} as const;

interface Values {
  readonly user?: string | undefined;
  readonly workspace?: string | undefined;
  readonly model?: string | undefined;
  readonly json?: boolean | undefined;
}

/** What a subcommand takes, and what it does; it returns the exit code. */
interface Subcommand {
  readonly options: readonly (keyof Values)[];
  readonly run: (
    load: () => LoadedAccess,
    values: Values,
    terminal: Terminal,
  ) => number | Promise<number>;
}

const subcommands: Readonly<Record<string, Subcommand>> = {
  list: {
    options: ["json"],
    run: (load, { json }, terminal) => listProfiles(load(), json === true, terminal),
  },
  validate: {
    options: ["json"],
    run: (load, { json }, terminal) => validateConfig(load, json === true, terminal),
  },
  explain: {
    options: ["user", "workspace", "model", "json"],
    run: (load, { user, workspace, model, json }, terminal) => {
      if (!model) throw new CommandError(2, '"explain" needs --model MODEL; see --help.');
      return explainAccess(load(), { user, workspace, model }, json === true, terminal);
    },
  },
};

/**
 * `arena profiles`: which models may be used, by which profile, and by whom;
 * returns the exit code. `configFile` is asked for only where no `--config` is given.
 * @throws ConfigurationError when the file is wrong, or a variable of Azure's models
 */
export function runProfiles(
  argv: readonly string[],
  terminal: Terminal,
  configFile: () => string | undefined,
  environment: Environment = openEnvironment(),
): Promise<number> {
  return runCommand("profiles", terminal, async () => {
    const { values, positionals } = parseArguments({
      args: [...argv],
      options,
      allowPositionals: true,
    });
    if (values.help) {
      terminal.stdout.write(help);
      return 0;
    }
    const { config, help: _, ...given } = values;
    const subcommand = findSubcommand(positionals, given);
    const file: ConfigFile =
      config === undefined
        ? { path: configFile(), setting: "CONFIG_FILE" }
        : { path: config, setting: "--config" };
    return subcommand.run(() => requireAccess(file, environment), given, terminal);
  });
}

/** @throws CommandError for what does not belong together */
function findSubcommand([name = "list", ...rest]: readonly string[], values: Values): Subcommand {
  const subcommand = Object.hasOwn(subcommands, name) ? subcommands[name] : undefined;
  if (!subcommand) {
    const known = Object.keys(subcommands).join(", ");
    throw new CommandError(2, `${JSON.stringify(name)} is not known; expected one of ${known}.`);
  }
  if (rest.length > 0) {
    throw new CommandError(2, `"${name}" takes no ${JSON.stringify(rest[0])}; see --help.`);
  }
  const stray = Object.keys(values).find((key) => !subcommand.options.some((own) => own === key));
  if (stray !== undefined) {
    throw new CommandError(2, `"${name}" takes no --${stray}; see --help.`);
  }
  // An unset variable in a script must not ask for everybody.
  if (values.user === "" || values.workspace === "") {
    throw new CommandError(2, "--user or --workspace is empty; give a name, or leave it away.");
  }
  return subcommand;
}

/**
 * Reads the configuration file, and Azure's models of the environment.
 * @throws CommandError when there is no file, ConfigurationError when something is wrong
 */
function requireAccess(file: ConfigFile, environment: Environment): LoadedAccess {
  const problems = new CollectedProblems();
  const loaded = loadAccess(file, environment, problems);
  problems.throwIfAny();
  if (loaded) return loaded;
  throw new CommandError(
    1,
    `There is no ${defaultConfigFile} here; set CONFIG_FILE or give --config FILE.`,
  );
}
