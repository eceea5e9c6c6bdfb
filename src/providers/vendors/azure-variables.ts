import { ConfigurationError, type ConfigurationProblem } from "../../errors/arena-error.ts";
import { shownText } from "../../text/shown-text.ts";
import type { ProviderProfile } from "../provider-access.ts";

/** What these variables make. */
type AzureProfile = ProviderProfile<"azure-openai">;

/** Variables by name, such as those of the process. */
export type Variables = Readonly<Record<string, string | undefined>>;

/** The variable that lists the models; it also names their profiles, as no profile of a file is called. */
export const azureModelList = "AZURE_OPENAI_MODELS";
/** What begins so is that list, and what belongs to each of its models. */
export const azurePrefix = "AZURE_OPENAI_";
const fields = ["TYPE", "VERSION", "BASE", "KEY", "DEPLOYMENT_NAME"] as const;
type Field = (typeof fields)[number];
type Deployment = { readonly id: string } & Readonly<Record<Field, string>>;

/**
 * Reads the models that `AZURE_OPENAI_MODELS` lists, with their five variables
 * each, as `AZURE_OPENAI_API_KEY__ID`. Models of one resource, version and key
 * make one profile; none are listed, no profile.
 * @param name the profiles' name; from the second on, a number follows
 * @throws ConfigurationError with all that is wrong
 */
export function toAzureProfiles(
  variables: Variables,
  name = "azure-openai",
): readonly AzureProfile[] {
  const ids = (variables[azureModelList] ?? "").split(",").map((id) => id.trim());
  const listed = variables[azureModelList] === undefined ? [] : ids;
  const problems = [
    ...listProblems(listed),
    ...strayProblems(variables, new Set(listed)),
    ...listed.filter(Boolean).flatMap((id) => problemsOf(id, variables)),
  ];
  if (problems.length > 0) throw new ConfigurationError(problems);
  const groups = Map.groupBy(
    listed.map((id) => deploymentOf(id, variables)),
    ({ BASE, VERSION, KEY }) => JSON.stringify([BASE.replace(/\/+$/, ""), VERSION, KEY]),
  );
  return [...groups.values()].map((group, index) =>
    toProfile(index === 0 ? name : `${name}-${index + 1}`, group),
  );
}

function toProfile(name: string, group: readonly Deployment[]): AzureProfile {
  const [first] = group;
  return {
    name,
    provider: "azure-openai",
    accessInfo: {
      endpoint: first?.BASE.replace(/\/+$/, "") ?? "",
      apiVersion: first?.VERSION ?? "",
      deployments: Object.fromEntries(group.map((one) => [one.id, one.DEPLOYMENT_NAME])),
    },
    accessKey: first?.KEY ?? "",
    allowedModels: group.map(({ id }) => id),
  };
}

function deploymentOf(id: string, variables: Variables): Deployment {
  const read = (field: Field) => variables[variableOf(field, id)]?.trim() ?? "";
  return {
    id,
    TYPE: read("TYPE"),
    VERSION: read("VERSION"),
    BASE: read("BASE"),
    KEY: read("KEY"),
    DEPLOYMENT_NAME: read("DEPLOYMENT_NAME"),
  };
}

function variableOf(field: Field, id: string): string {
  return `AZURE_OPENAI_API_${field}__${id}`;
}

function listProblems(listed: readonly string[]): ConfigurationProblem[] {
  if (listed.length > 0 && listed.every((id) => id === "")) {
    return [
      { name: azureModelList, message: "is empty. List the models, as gpt-4o,o1, or remove it." },
    ];
  }
  const problems: ConfigurationProblem[] = [];
  if (listed.includes("")) {
    problems.push({
      name: azureModelList,
      message: "holds an empty name. Remove the comma too many.",
    });
  }
  for (const [id, group] of Map.groupBy(listed.filter(Boolean), (id) => id)) {
    if (group.length > 1) {
      problems.push({
        name: azureModelList,
        message: `names ${id} ${group.length} times. Name it once.`,
      });
    }
  }
  return problems;
}

function strayProblems(variables: Variables, ids: ReadonlySet<string>): ConfigurationProblem[] {
  return Object.keys(variables).flatMap((variable) => {
    const [, field, id] = /^AZURE_OPENAI_API_([A-Z_]+?)__(.*)$/.exec(variable) ?? [];
    if (field === undefined || id === undefined || variables[variable] === undefined) return [];
    if (!fields.some((known) => known === field)) {
      const known = fields.map((one) => `AZURE_OPENAI_API_${one}__${id}`).join(", ");
      return [{ name: variable, message: `is none of ${known}. Correct its name.` }];
    }
    if (ids.has(id)) return [];
    return [
      {
        name: variable,
        message: `${azureModelList} does not list ${id}. Add it there, or remove this.`,
      },
    ];
  });
}

/** What each variable must be, beside being set. A message never repeats a key. */
const checks: Readonly<Record<Field, (value: string) => string | undefined>> = {
  TYPE: (value) => (value === "azure" ? undefined : `must be azure, and is ${shownText(value)}.`),
  VERSION: (value) =>
    /^\d{4}-\d{2}-\d{2}(-preview)?$/.test(value)
      ? undefined
      : `must be a date, as 2024-10-21 or 2025-04-01-preview, and is ${shownText(value)}.`,
  BASE: (value) =>
    isSafeAddress(value)
      ? undefined
      : "must be an https address, as https://NAME.openai.azure.com, without a name or password.",
  KEY: (value) =>
    /^[\x21-\x7e]+$/.test(value)
      ? undefined
      : "holds a character that no header can carry. Was it copied whole?",
  DEPLOYMENT_NAME: (value) =>
    /^[\w.-]+$/.test(value)
      ? undefined
      : `must be a deployment's name: letters, digits, "_", "." and "-"; it is ${shownText(value)}.`,
};

function problemsOf(id: string, variables: Variables): ConfigurationProblem[] {
  return fields.flatMap((field) => {
    const name = variableOf(field, id);
    const value = variables[name]?.trim() ?? "";
    const message =
      value === ""
        ? `is not set, and ${azureModelList} lists ${id}. Set it, or take ${id} out.`
        : checks[field](value);
    return message === undefined ? [] : [{ name, message }];
  });
}

/** Plain http would show the key to whoever listens; on this machine nobody does. */
function isSafeAddress(address: string): boolean {
  if (!URL.canParse(address)) return false;
  const { protocol, hostname, username, password } = new URL(address);
  if (username !== "" || password !== "") return false;
  return (
    protocol === "https:" || (protocol === "http:" && /^(localhost|127\.|\[::1\])/.test(hostname))
  );
}
