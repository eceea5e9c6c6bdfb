import { silenceSdks } from "../config/environment.ts";
import { type Settings, secretSettings } from "../config/settings.ts";
import { type Logger, silentLogger } from "../data-models/request-context.ts";
import { ConfigurationError, type ConfigurationProblem } from "../errors/arena-error.ts";
import type { AIModel } from "./ai-model.ts";
import { aaltoEntry } from "./builtin/aalto-models.ts";
import { azureEntry } from "./builtin/azure-model.ts";
import { localEntry } from "./builtin/local-model.ts";
import { openAIEntry } from "./builtin/openai-models.ts";
import type { ModelEntry } from "./model-entry.ts";
import { unknownModelProblem } from "./model-name.ts";
import { needProblems } from "./model-needs.ts";
import { moduleProblem } from "./module/module-specifier.ts";
import { routedEntry } from "./routed/routed-entry.ts";

const gpt4o = { path: "deployments/gpt-4o-2024-11-20", modelID: "GPT4_vision", vision: true };
const gpt4Turbo = { path: "gpt4-turbo", modelID: "GPT4_turbo", vision: false };

/** The models that MODEL can name. Names and modelIDs of the Python template are kept. */
export const models = {
  echo: {
    description: "Says what it received; no key, no network",
    needs: [],
    create: async () => new (await import("./builtin/echo-model.ts")).EchoModel(),
  },
  openai: openAIEntry({
    description: "A chat model at OpenAI, text only",
    modelID: "GPT4_turbo",
    model: "gpt-4o",
    vision: false,
    systemRole: "system",
  }),
  openai_image: openAIEntry({
    description: "A chat model at OpenAI that sees images",
    modelID: "GPT4_vision",
    model: "gpt-4o",
    vision: true,
    systemRole: "system",
  }),
  o1: openAIEntry({
    description: "OpenAI's reasoning model o1; sees images",
    modelID: "o1",
    model: "o1",
    vision: true,
    systemRole: "developer",
  }),
  o1mini: openAIEntry({
    description: "OpenAI's reasoning model o1-mini; knows no system messages",
    modelID: "o1-mini",
    model: "o1-mini",
    vision: false,
    systemRole: "user",
  }),
  routed: routedEntry,
  azure: azureEntry,
  local: localEntry,
  aalto: aaltoEntry(gpt4Turbo),
  aalto_image: aaltoEntry(gpt4o),
  aalto_gpt4o: aaltoEntry(gpt4o),
  aalto_gpt4_turbo: aaltoEntry(gpt4Turbo),
  aalto_gpt4_1: aaltoEntry({
    path: "deployments/gpt-4.1-2025-04-14",
    modelID: "GPT4.1",
    vision: true,
  }),
  aalto_gpt4o_mini: aaltoEntry({
    path: "deployments/gpt-4o-mini-2024-07-18",
    modelID: "GPT4o-mini",
    vision: false,
  }),
  aalto_o1: aaltoEntry({
    path: "deployments/o1-2024-12-17",
    modelID: "o1",
    vision: true,
    systemRole: "developer",
  }),
  aalto_o1mini: aaltoEntry({
    path: "deployments/o1-mini-2024-09-12",
    modelID: "o1-mini",
    vision: false,
    systemRole: "user",
  }),
  aalto_o3mini: aaltoEntry({
    path: "deployments/o3-mini-2025-01-31",
    modelID: "o3-mini",
    vision: false,
    systemRole: "developer",
  }),
} as const satisfies Record<string, ModelEntry>;

/** Says everything that keeps the selected model from being built, before anything is imported. */
export function modelProblems(
  settings: Settings,
  directory: string = process.cwd(),
): ConfigurationProblem[] {
  const entry = findEntry(settings.MODEL);
  // A gateway only says what the model is: keys are the workers'.
  const isNeeded = ({ name }: ConfigurationProblem) =>
    settings.ROLE !== "gateway" || !secretSettings.has(name);
  if (entry) return needProblems(settings, entry).filter(isNeeded);
  const problem = moduleProblem(settings.MODEL, directory);
  if (problem === undefined) return [];
  return [
    problem === "unknown" ? unknownModelProblem(settings.MODEL, Object.keys(models)) : problem,
  ];
}

/**
 * Builds the model that MODEL names: a built-in, the module at a path, or an
 * installed package. Paths and packages are looked up from `directory`.
 * `logger` gets what is not about one request. Variables that make SDKs talk are
 * taken out of the process, unless SDK_VARIABLES leaves them.
 * @throws ConfigurationError when the model cannot be built
 */
export async function createModel(
  settings: Settings,
  directory: string = process.cwd(),
  logger: Logger = silentLogger,
): Promise<AIModel> {
  const problems = modelProblems(settings, directory);
  if (problems.length > 0) throw new ConfigurationError(problems);
  const variables = settings.SDK_VARIABLES ? [] : silenceSdks();
  if (variables.length > 0) {
    logger.warn({ variables }, "SDKs do not get these variables; SDK_VARIABLES=true hands them on");
  }
  const entry = findEntry(settings.MODEL);
  if (entry) return entry.create(settings, logger);
  const { loadModule } = await import("./module/load-module.ts");
  return loadModule(settings.MODEL, directory);
}

function findEntry(name: string): ModelEntry | undefined {
  return Object.entries(models).find(([known]) => known === name)?.[1];
}
