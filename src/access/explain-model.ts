import type { Profile } from "../providers/catalogue.ts";
import { createProvider } from "../providers/registry.ts";
import type { RouteScope } from "../routing/plan/candidate.ts";
import { RouteConfig } from "../routing/plan/route-config.ts";
import type { ExplainedCandidate } from "../routing/plan/route-explanation.ts";
import { type ExplainedRoute, Router } from "../routing/router.ts";
import type { LoadedAccess } from "./load-access.ts";
import { ModelRules, routeAccesses } from "./route-accesses.ts";

/** One profile, and what becomes of it when somebody asks for the model. */
export interface ExplainedProfile {
  readonly profile: string;
  readonly provider: string;
  readonly verdict: "wins" | "next" | "skipped";
  /** As the provider knows it; null where the profile may not be used. */
  readonly model: string | null;
  readonly price: ExplainedCandidate["price"];
  readonly reason: string;
}

/** Who is asked for a model, in order, who not, and why. */
export interface ModelExplanation {
  /** The list that holds. */
  readonly decidedBy: string;
  readonly profiles: readonly ExplainedProfile[];
  /** Null where somebody may be asked. */
  readonly error: ExplainedRoute["error"];
}

/** A route that names the model alone, and leaves the rest to the router. */
const plainRoute = RouteConfig.parse({ name: "explain", model: "any" });

/**
 * Says what a router does with a model that is named without a profile, and
 * what the lists say. Calls nobody, and needs no key. @throws UnknownWorkspaceError
 */
export async function explainModel(
  { config, prices }: Pick<LoadedAccess, "config" | "prices">,
  model: string,
  scope: RouteScope,
): Promise<ModelExplanation> {
  const withoutKey = (profile: Profile) => createProvider(profile, null);
  const router = new Router({ routes: [plainRoute], ...routeAccesses(config, prices, withoutKey) });
  const { candidates, error } = await router.explain({ route: plainRoute.name, scope, model });
  const { source, grants, refusals } = new ModelRules(config, prices).explain(model, scope);
  const asked = candidates.map(({ profile, provider, model: name, price, skipped }, index) => {
    const grant = grants.find((each) => each.profile.name === profile);
    const verdict = skipped !== null ? "skipped" : index === 0 ? "wins" : "next";
    return {
      profile,
      provider: provider ?? "?",
      verdict,
      model: skipped === null ? name : null,
      price,
      reason: skipped ?? grant?.reason ?? "",
    } satisfies ExplainedProfile;
  });
  const inScope = new Set(candidates.map(({ profile }) => profile));
  const outside = refusals
    .filter(({ profile }) => !inScope.has(profile.name))
    .map(({ profile, reason }) => ({
      profile: profile.name,
      provider: profile.provider,
      verdict: "skipped" as const,
      model: null,
      price: null,
      reason,
    }));
  return { decidedBy: source, profiles: [...asked, ...outside], error };
}
