import type { ArenaConfig } from "../arena-file/arena-config.ts";
import { type ConfigFile, loadArenaConfig } from "../arena-file/load-arena-config.ts";
import type { Environment } from "../config/environment.ts";
import type { Profile } from "../providers/catalogue.ts";
import {
  azureModelList,
  azurePrefix,
  toAzureProfiles,
} from "../providers/vendors/azure-variables.ts";
import type { RouteConfig } from "../routing/plan/route-config.ts";
import type { PriceConfig } from "../routing/prices/prices.ts";
import type { CollectedProblems } from "./collected-problems.ts";
import { configPartsWith } from "./config-parts.ts";

/** All that is known of who may use which models, from the file and the environment. */
export interface LoadedAccess {
  readonly file: string;
  /** With the profiles that `AZURE_OPENAI_MODELS` makes behind the file's. */
  readonly config: ArenaConfig;
  /** Those of the profiles that are not of the file. */
  readonly azure: readonly Profile[];
  readonly routes: readonly RouteConfig[];
  readonly prices: PriceConfig;
}

/**
 * Reads `arena.yaml`, and the models that `AZURE_OPENAI_MODELS` lists beside its
 * profiles. Null when there is no file, undefined when `problems` has why not.
 */
export function loadAccess(
  file: ConfigFile,
  environment: Environment,
  problems: CollectedProblems,
): LoadedAccess | null | undefined {
  const azure = problems.try(() =>
    toAzureProfiles(environment.beginningWith(azurePrefix), azureModelList),
  );
  const loaded = problems.try(() => loadArenaConfig(file, configPartsWith(azure ?? null)));
  if (!loaded) return loaded;
  const { config, extra } = loaded;
  const { routes = [], prices = {} } = extra;
  const profiles = [...config.profiles, ...(azure ?? [])];
  return {
    file: loaded.file,
    config: { ...config, profiles },
    azure: azure ?? [],
    routes,
    prices,
  };
}
