import type { ArenaError } from "../../errors/arena-error.ts";
import type { RouteScope } from "./candidate.ts";
import type { RoutePlan } from "./route-plan.ts";

/** Says why a caller may ask nobody for a model, and which would work; null where somebody may be asked. */
export type RefuseModel = (model: string, scope: RouteScope) => ArenaError | null;

/**
 * What a plan is as an error where the rules let nobody on it be asked; null
 * otherwise. For a model that the caller named no fallback steps in: those are for
 * what failed, not for what is not allowed.
 */
export function refusalOf(
  { route, turns }: RoutePlan,
  wanted: string | undefined,
  refuse: (model: string) => ArenaError | null,
): ArenaError | null {
  if (turns.some(({ isFallback }) => wanted === undefined || !isFallback)) return null;
  const models = "model" in route ? [route.model] : route.candidates.map(({ model }) => model);
  const refusals = models.map(refuse);
  const [first = null] = refusals;
  // A candidate's model may be allowed by a profile that the route does not name.
  return refusals.includes(null) ? null : first;
}
