import type { Environment } from "../config/environment.ts";
import type { Logger } from "../data-models/logger.ts";
import { AccessRules } from "../profiles/access-rules.ts";
import type { ArenaConfig } from "../profiles/arena-config.ts";
import {
  type ConfigFile,
  defaultConfigFile,
  loadArenaConfig,
} from "../profiles/load-arena-config.ts";
import { azureModelList, toAzureProfiles } from "../providers/azure-variables.ts";
import type { Provider } from "../providers/provider.ts";
import type { RouteAccess, RouteScope } from "../router/candidate.ts";
import { Router } from "../router/router.ts";
import { SecretStore } from "../secrets/secret-store.ts";
import { CollectedProblems } from "./collected-problems.ts";
import { configParts } from "./config-parts.ts";
import { createProfileProvider } from "./create-profile-provider.ts";
import { isOwnAccess } from "./is-own-access.ts";

/** What a router is opened with. */
export interface RouterMeans {
  readonly file: ConfigFile;
  readonly environment: Environment;
  readonly logger: Logger;
}

/** What begins so is Azure's list of models, and what belongs to each. */
const azurePrefix = "AZURE_OPENAI_";

/**
 * Makes the router of `arena.yaml`, with the models that `AZURE_OPENAI_MODELS`
 * lists beside its profiles. Nobody is called: not a provider, not a vault.
 * @throws ConfigurationError with every problem at once
 */
export function openRouter({ file, environment, logger }: RouterMeans): Router {
  const problems = new CollectedProblems();
  const loaded = problems.try(() => loadArenaConfig(file, configParts));
  const azure = problems.try(() =>
    toAzureProfiles(environment.beginningWith(azurePrefix), azureModelList),
  );
  if (loaded === null) problems.add(file.setting, noFile);
  problems.throwIfAny();
  if (!loaded || !azure) throw new Error("what failed has told no problem");
  const config = { ...loaded.config, profiles: [...loaded.config.profiles, ...azure] };
  const store = new SecretStore({ environment: environment.get, logger });
  const providers = new Map<string, Provider>();
  for (const profile of config.profiles) {
    const provider = problems.try(() => createProfileProvider(profile, store));
    if (provider) providers.set(profile.name, provider);
  }
  problems.throwIfAny();
  const { routes = [], prices = {} } = loaded.extra;
  return new Router({ routes, prices, accessesOf: accessesIn(config, providers) });
}

const noFile = `not set, and there is no ${defaultConfigFile} here; write one (docs/routing.md) or name it`;

function accessesIn(config: ArenaConfig, providers: ReadonlyMap<string, Provider>) {
  const rules = new AccessRules(config);
  return (scope: RouteScope): readonly RouteAccess[] =>
    rules
      .accessesOf({ user: scope.user ?? undefined, workspace: scope.workspace ?? undefined })
      .flatMap((access) => {
        const { profile, names } = access;
        const provider = providers.get(profile.name);
        if (!provider) return [];
        return {
          profile: profile.name,
          providerName: profile.provider,
          provider,
          judge: (model: string) => access.judge(model),
          isOpen: names === null,
          // Asked only when a key was refused.
          get isCallersOwn() {
            return isOwnAccess(profile, scope, config);
          },
        };
      });
}
