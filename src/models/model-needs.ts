import type { Settings } from "../config/settings.ts";
import type { ConfigurationProblem } from "../errors/arena-error.ts";
import type { ModelEntry, Need, SettingName } from "./model-entry.ts";

/** Where a person gets what a setting wants. */
const sources: Partial<Record<SettingName, string>> = {
  OPENAI_API_KEY: "create a key at https://platform.openai.com/api-keys",
  AZURE_OPENAI_API_KEY:
    "take the key from the resource's page Keys and Endpoint, or from your gateway's subscription",
  AZURE_OPENAI_ENDPOINT:
    "take the address from the resource's page Keys and Endpoint, such as https://NAME.openai.azure.com",
  AZURE_OPENAI_DEPLOYMENT: "take the name from the resource's list of deployments",
  ROUTE: "name one of the routes in arena.yaml (docs/routing.md)",
  LOCAL_MODEL: "name a model that your server has, such as llama3.2 (ollama list shows them)",
};

/** Says which settings the model needs and does not have. */
export function needProblems(settings: Settings, { needs }: ModelEntry): ConfigurationProblem[] {
  return needs
    .filter((need) => !isMet(settings, need))
    .flatMap((need) => problemsOf(settings, need));
}

/** Whether one way of the need is set completely. */
export function isMet(settings: Settings, need: Need): boolean {
  return need.some((way) => missing(settings, way).length === 0);
}

/** The settings of a way that are not set. */
function missing(settings: Settings, way: readonly SettingName[]): SettingName[] {
  return way.filter((name) => settings[name] === undefined);
}

function problemsOf(settings: Settings, need: Need): ConfigurationProblem[] {
  // A way that was begun is the one that the person has in mind.
  const begun = need.find((way) => missing(settings, way).length < way.length);
  const chosen = begun ?? need[0] ?? [];
  const others = need.filter((way) => way !== chosen).map((way) => way.join(" and "));
  const instead = others.length > 0 ? ` Instead you can set ${others.join(", or ")}.` : "";
  return missing(settings, chosen).map((name) => ({
    name,
    message: `not set, and MODEL=${settings.MODEL} needs it: ${sources[name] ?? "give its value"}, and put it into the environment or the file .env.${instead}`,
  }));
}
