import { configPartsWith } from "../../access/config-parts.ts";
import {
  type ConfigFile,
  defaultConfigFile,
  loadArenaConfig,
} from "../../arena-file/load-arena-config.ts";
import { type Environment, openEnvironment, silenceSdks } from "../../config/environment.ts";
import type { Logger } from "../../data-models/request-context.ts";
import { checkAzureVariables } from "../../profile-checks/check-azure-variables.ts";
import { examineProfiles, type ProfileReport } from "../../profile-checks/examine-profiles.ts";
import type { Profile } from "../../providers/catalogue.ts";
import { azureModelList, azurePrefix } from "../../providers/vendors/azure-variables.ts";
import { SecretStore } from "../../secrets/secret-store.ts";
import type { Terminal } from "../command.ts";
import { CommandError, parseArguments, runCommand } from "../command.ts";
import { toMilliseconds } from "../connection-arguments.ts";
import { countFindings, printReports } from "./print-reports.ts";

const help = `arena doctor profiles: finds out whether the profiles of arena.yaml would work

Asks vaults and providers, profile by profile: whether the key is where its
reference says, whether it is taken, and whether each allowed model is there; for
Bedrock also what stands before a model, for SageMaker endpoints and quotas, for
Hugging Face gated models, for Azure the variables of AZURE_OPENAI_MODELS.

A model that no list tells of is asked for one word, which costs next to nothing.
All else is free. No key is printed.

  --profile NAME     examine only this profile; may be repeated
  --timeout SECONDS  how long one profile may take (30)
  --json             the result as JSON
  --config FILE      the file, as CONFIG_FILE; default: the setting, or arena.yaml if it is there
  -h, --help         this text

Exit code: 0 nothing is a problem, 1 something is, 2 wrong command line, 78 wrong file.
`;

const options = {
  profile: { type: "string", multiple: true },
  timeout: { type: "string" },
  json: { type: "boolean" },
  config: { type: "string" },
  help: { type: "boolean", short: "h" },
} as const;

/** What the vaults have to say stands in the findings. */
const silent: Logger = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };

/**
 * `arena doctor profiles`: whether each profile would work; returns the exit code.
 * @throws ConfigurationError when the file is wrong
 */
export function runPreflight(
  argv: readonly string[],
  terminal: Terminal,
  environment: Environment = openEnvironment(),
): Promise<number> {
  return runCommand("doctor profiles", terminal, async () => {
    const { values } = parseArguments({ args: [...argv], options });
    if (values.help) {
      terminal.stdout.write(help);
      return 0;
    }
    silenceSdks();
    const timeoutMs = toMilliseconds("--timeout", values.timeout, 30);
    const file =
      values.config === undefined
        ? { path: environment.get("CONFIG_FILE"), setting: "CONFIG_FILE" }
        : { path: values.config, setting: "--config" };
    const { profiles, reports } = collect(file, environment, values.profile);
    const store = new SecretStore({ environment: environment.get, logger: silent });
    const examined = await examineProfiles(profiles, {
      store,
      environment: environment.get,
      createLimit: () => AbortSignal.timeout(timeoutMs),
      onProgress: showProgress(terminal),
    });
    const all = [...reports, ...examined];
    printReports(all, values.json === true, terminal);
    return countFindings(all, "problem") > 0 ? 1 : 0;
  });
}

/** What is to be examined, and what the variables have told already. @throws CommandError */
function collect(file: ConfigFile, environment: Environment, wanted: readonly string[] = []) {
  const azure = checkAzureVariables(environment.beginningWith(azurePrefix));
  const isAzureRight = azure.findings.every(({ verdict }) => verdict === "ok");
  const parts = configPartsWith(isAzureRight ? azure.profiles : null);
  const config = loadArenaConfig(file, parts)?.config;
  if (!config && azure.findings.length === 0) {
    const remedy = "set CONFIG_FILE or give --config FILE";
    throw new CommandError(1, `There is no ${defaultConfigFile} here; ${remedy}.`);
  }
  const profiles = [...(config?.profiles ?? []), ...azure.profiles];
  const { findings } = azure;
  const reports: ProfileReport[] =
    findings.length === 0 ? [] : [{ profile: azureModelList, provider: "azure-openai", findings }];
  if (wanted.length === 0) return { profiles, reports };
  const known = new Set(
    [...profiles, ...reports.map(({ profile: name }) => ({ name }))].map(({ name }) => name),
  );
  const stranger = wanted.find((name) => !known.has(name));
  if (stranger !== undefined) {
    const names = [...known].join(", ") || "none";
    throw new CommandError(
      2,
      `--profile: there is no ${JSON.stringify(stranger)}; expected one of ${names}.`,
    );
  }
  const isWanted = (name: string) => wanted.includes(name);
  return {
    profiles: profiles.filter(({ name }: Profile) => isWanted(name)),
    reports: reports.filter(({ profile }) => isWanted(profile)),
  };
}

function showProgress({ stderr }: Terminal) {
  return (done: number, total: number) => {
    if (!stderr.isTTY) return;
    stderr.write(done < total ? `\r\x1b[K${done}/${total} profiles examined …` : "\r\x1b[K");
  };
}
