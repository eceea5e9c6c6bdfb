import type { ArenaConfig } from "../profiles/arena-config.ts";
import type { Mistake } from "../profiles/mistake.ts";
import type { Profile } from "../profiles/profile.ts";
import { azureModelList } from "../providers/azure-variables.ts";

/** Finds profiles of the file that are called as those of `AZURE_OPENAI_MODELS` are. */
export function checkAzureNames({ profiles }: ArenaConfig, azure: readonly Profile[]): Mistake[] {
  const message = `is what the models of ${azureModelList} are called; give the profile a name of its own`;
  return profiles.flatMap(({ name }, index) =>
    azure.some((other) => other.name === name)
      ? [{ path: ["profiles", index, "name"], message }]
      : [],
  );
}
