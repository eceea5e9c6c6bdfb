import type { ArenaConfig } from "../arena-file/arena-config.ts";
import type { Profile } from "../arena-file/profile.ts";
import type { Provider } from "../providers/provider.ts";
import type { RouteAccess, RouteScope } from "../routing/plan/candidate.ts";
import type { PriceConfig } from "../routing/prices/prices.ts";
import type { RouterOptions } from "../routing/router.ts";
import { isOwnAccess } from "./is-own-access.ts";
import { ModelRules } from "./model-rules.ts";

/** What a router is told of profiles: which ones a caller may use, what they cost, and why nobody may be asked. */
export function routeAccesses(
  config: ArenaConfig,
  prices: PriceConfig,
  providerOf: (profile: Profile) => Provider,
): Required<Pick<RouterOptions, "prices" | "accessesOf" | "refuse">> {
  const rules = new ModelRules(config, prices);
  const accessesOf = (scope: RouteScope): readonly RouteAccess[] =>
    rules.accessesOf(scope).map((access) => {
      const { profile, names } = access;
      return {
        profile: profile.name,
        providerName: profile.provider,
        provider: providerOf(profile),
        judge: (model: string) => access.judge(model),
        isOpen: names === null,
        ...(profile.maxTokens !== undefined && { maxTokens: profile.maxTokens }),
        // Asked only when a key was refused.
        get isCallersOwn() {
          return isOwnAccess(profile, scope, config);
        },
      };
    });
  return { prices, accessesOf, refuse: (model, scope) => rules.refusalOf(model, scope) };
}
