import { ConfigurationError } from "../errors/arena-error.ts";
import type { Profile } from "../providers/catalogue.ts";
import {
  azureModelList,
  toAzureProfiles,
  type Variables,
} from "../providers/vendors/azure-variables.ts";
import { split } from "./failure-finding.ts";
import { type Finding, ok, problem } from "./finding.ts";

/** The profiles that Azure's variables make, and what is to be said of each variable. */
export interface AzureVariables {
  readonly profiles: readonly Profile[];
  /** Empty where no variable is set. */
  readonly findings: readonly Finding[];
}

/** Checks the five variables of every id that `AZURE_OPENAI_MODELS` lists, and those of no id. */
export function checkAzureVariables(variables: Variables): AzureVariables {
  try {
    const profiles = toAzureProfiles(variables, azureModelList);
    const ids = profiles.flatMap(({ allowedModels = [] }) => allowedModels);
    const findings = ids.map((id) => ok(`variables of ${id}`, "all five are set and well-formed"));
    return { profiles, findings };
  } catch (thrown) {
    if (!(thrown instanceof ConfigurationError)) throw thrown;
    const findings = thrown.problems.map(({ name, message }) => {
      const [detail, remedy] = split(message);
      return problem(`variable ${name}`, detail, remedy || "Correct it.");
    });
    return { profiles: [], findings };
  }
}
