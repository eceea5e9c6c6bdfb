import type { Prices } from "../prices/prices.ts";
import type { Candidate, RouteAccess, Skip } from "./candidate.ts";
import type { RouteConfig } from "./route-config.ts";

/** One that a route names or could mean: it may be asked, or it is known why not. */
export type Gathered =
  | { readonly candidate: Candidate; readonly skip: null }
  | { readonly candidate: Named; readonly skip: Skip };

/** A candidate as far as it is known; no provider when nobody has the profile. */
export interface Named {
  readonly access: { readonly profile: string; readonly providerName: string | null };
  readonly model: string;
}

/** Those whom the route names, as far as the caller's profiles have and allow them; in the route's order. */
export function gatherCandidates(
  route: RouteConfig,
  accesses: readonly RouteAccess[],
  prices: Prices,
): readonly Gathered[] {
  if ("model" in route) return gatherByModel(route.model, accesses, prices);
  return route.candidates.map(({ profile, model, provider }) => {
    const access = accesses.find((each) => each.profile === profile);
    if (!access) {
      const why = "the profile is not in this caller's scope";
      const unknown = { profile, providerName: provider ?? null };
      return { candidate: { access: unknown, model }, skip: { why, code: "PERMISSION_DENIED" } };
    }
    if (provider !== undefined && provider !== access.providerName) {
      const why = `the profile's provider is ${access.providerName}, not ${provider}`;
      return { candidate: { access, model }, skip: { why, code: "FAILED_PRECONDITION" } };
    }
    return checked(access, model);
  });
}

/**
 * All profiles that have this model: those that list it, and those that allow
 * everything unless it is known that only other vendors sell it.
 */
export function gatherByModel(
  model: string,
  accesses: readonly RouteAccess[],
  prices: Prices,
): readonly Gathered[] {
  return accesses.map((access) => {
    const why = whyElsewhere(model, access, prices);
    if (why === null) return checked(access, model);
    return { candidate: { access, model }, skip: { why, code: "NOT_FOUND" } };
  });
}

/** Why a profile that allows all models does not have this one: only other vendors sell it. Null where it may. */
export function whyElsewhere(
  model: string,
  { providerName, isOpen }: Pick<RouteAccess, "providerName" | "isOpen">,
  prices: Prices,
): string | null {
  const sellers = isOpen ? prices.sellersOf(model) : [];
  if (sellers.length === 0 || prices.find(providerName, model)) return null;
  return `this is a model of ${sellers.join(", ")}; list it in allowedModels if it is here too`;
}

function checked(access: RouteAccess, model: string): Gathered {
  const verdict = access.judge(model);
  if (verdict.isAllowed) return { candidate: { access, model: verdict.model }, skip: null };
  return { candidate: { access, model }, skip: { why: verdict.reason, code: "PERMISSION_DENIED" } };
}
