import { z } from "zod";
import type { ArenaConfig } from "../arena-file/arena-config.ts";
import { checkPrices } from "../arena-file/mistakes/check-prices.ts";
import type { Mistake } from "../arena-file/mistakes/mistake.ts";
import type { ArenaConfigParts } from "../arena-file/parse-arena-config.ts";
import type { Profile } from "../providers/catalogue.ts";
import { azureModelList } from "../providers/vendors/azure-variables.ts";
import { RouteConfig } from "../routing/plan/route-config.ts";
import { PriceConfig } from "../routing/prices/prices.ts";
import { parseKey } from "../secrets/parse-key.ts";
import { parseReference } from "../secrets/parse-reference.ts";
import { checkRouteModels } from "./check-route-models.ts";
import { checkRoutes } from "./check-routes.ts";
import { ModelRules } from "./route-accesses.ts";

const extra = {
  routes: z
    .array(RouteConfig)
    .exactOptional()
    .describe("Who may answer, in which order, and with how much patience."),
  prices: PriceConfig.exactOptional(),
};

/** Stands for Azure's models where it is not known which there are: the file may name them. */
const anyAzure: Profile = { name: azureModelList, provider: "azure-openai", accessInfo: {} };

/**
 * The parts of `arena.yaml` that are not the profiles', and the check of keys.
 * @param azure the profiles of `AZURE_OPENAI_MODELS`; null where it is not known
 * which there are, so that nobody can say which models no profile has
 */
export function configPartsWith(azure: readonly Profile[] | null): ArenaConfigParts<typeof extra> {
  const otherProfiles = azure ?? [anyAzure];
  return {
    extra,
    checkKey: (text) => problemOf(parseKey(text)),
    checkKeysFrom: (text) => problemOf(parseReference(text, "keys")),
    otherProfiles,
    check: (config, { routes = [], prices = {} }) => {
      const all = { ...config, profiles: [...config.profiles, ...otherProfiles] };
      return [
        ...checkAzureNames(config, otherProfiles),
        ...checkRoutes(all, routes),
        ...checkPrices(prices),
        ...(azure ? checkRouteModels(routes, new ModelRules(all, prices)) : []),
      ];
    },
  };
}

/** The same for whoever does not look at the environment. */
export const configParts = configPartsWith(null);

function problemOf(parsed: ReturnType<typeof parseKey> | ReturnType<typeof parseReference>) {
  return parsed.kind === "problem" ? parsed.message : null;
}

/** Finds profiles of the file that are called as those of `AZURE_OPENAI_MODELS` are. */
function checkAzureNames({ profiles }: ArenaConfig, azure: readonly Profile[]): Mistake[] {
  const message = `is what the models of ${azureModelList} are called; give the profile a name of its own`;
  return profiles.flatMap(({ name }, index) =>
    azure.some((other) => other.name === name)
      ? [{ path: ["profiles", index, "name"], message }]
      : [],
  );
}
