import { type ConfigFile, defaultConfigFile } from "../arena-file/load-arena-config.ts";
import type { Environment } from "../config/environment.ts";
import type { Logger } from "../data-models/request-context.ts";
import { ConfigurationError } from "../errors/arena-error.ts";
import { SecretError } from "../errors/route-errors.ts";
import type { Profile } from "../providers/catalogue.ts";
import type { Provider } from "../providers/provider.ts";
import type { ProviderAccess } from "../providers/provider-access.ts";
import { createProvider } from "../providers/registry.ts";
import { Router } from "../routing/router.ts";
import { SecretStore } from "../secrets/secret-store.ts";
import { CollectedProblems } from "./collected-problems.ts";
import { loadAccess } from "./load-access.ts";
import { keysOf } from "./profile-keys.ts";
import { routeAccesses } from "./route-accesses.ts";

/** What a router is opened with. */
interface RouterMeans {
  readonly file: ConfigFile;
  readonly environment: Environment;
  readonly logger: Logger;
  /** Whether servers of one's own may be sent images' addresses in private networks. */
  readonly privateImages?: boolean;
}

/**
 * Makes the router of `arena.yaml`, with the models that `AZURE_OPENAI_MODELS`
 * lists beside its profiles. Nobody is called: not a provider, not a vault.
 * @throws ConfigurationError with every problem at once
 */
export function openRouter({ file, environment, logger, ...options }: RouterMeans): Router {
  const problems = new CollectedProblems();
  const loaded = loadAccess(file, environment, problems);
  if (loaded === null) problems.add(file.setting, noFile);
  problems.throwIfAny();
  if (!loaded) throw new Error("what failed has told no problem");
  const { config, routes, prices } = loaded;
  const store = new SecretStore({ environment: environment.get, logger });
  const providers = new Map<Profile, Provider>();
  for (const profile of config.profiles) {
    const provider = problems.try(() => createProfileProvider(profile, store, options));
    if (provider) providers.set(profile, provider);
  }
  problems.throwIfAny();
  const providerOf = (profile: Profile) => {
    const provider = providers.get(profile);
    if (!provider) throw new Error(`there is no provider for profile ${profile.name}`);
    return provider;
  };
  return new Router({ routes, ...routeAccesses(config, prices, providerOf) });
}

const noFile = `not set, and there is no ${defaultConfigFile} here; write one (docs/routing.md) or name it`;

/** Makes a profile ready to be called, and calls nobody. @throws ConfigurationError */
function createProfileProvider(
  profile: Profile,
  store: SecretStore,
  options: Pick<ProviderAccess, "privateImages"> = {},
): Provider {
  try {
    return createProvider(profile, keysOf(profile, store), options);
  } catch (error) {
    if (!(error instanceof SecretError)) throw error;
    const name = `profile ${JSON.stringify(profile.name)}`;
    throw new ConfigurationError([{ name, message: error.message }], { cause: error });
  }
}
