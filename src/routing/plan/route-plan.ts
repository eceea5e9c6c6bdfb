import { normalizeModelName } from "../../data-models/model-name.ts";
import type { CandidateHealth, HealthBook } from "../health/candidate-health.ts";
import type { Price, Prices } from "../prices/prices.ts";
import type { Candidate, RouteAccess, Skip } from "./candidate.ts";
import { type Gathered, gatherByModel, gatherCandidates, type Named } from "./gather-candidates.ts";
import { orderCandidates } from "./order-candidates.ts";
import type { RouteConfig } from "./route-config.ts";
import { spelledAccess } from "./spelled-access.ts";

/** One candidate in its place, with what decided on it. */
export interface Turn extends Candidate {
  readonly isFallback: boolean;
  readonly price: Price | null;
  readonly health: CandidateHealth;
  /** The longest answer that route and profile allow; without it the vendor's own limit. */
  readonly maxTokens?: number;
  /** For one that is asked before its place to see whether it became faster: how long it may be silent. */
  readonly probeMs?: number;
}

/** One that nobody can ask, and why. */
export interface Excluded extends Named {
  readonly isFallback: boolean;
  readonly skip: Skip;
}

/** Who is asked, in order, and who is not. */
export interface RoutePlan {
  readonly route: RouteConfig;
  readonly turns: readonly Turn[];
  readonly excluded: readonly Excluded[];
}

/** What a plan is made from. */
export interface PlanParts {
  readonly accesses: readonly RouteAccess[];
  readonly prices: Prices;
  readonly health: HealthBook;
}

/** The route's candidates in their order, then those of each fallback model in theirs; nobody twice. */
export function planRoute(route: RouteConfig, parts: PlanParts): RoutePlan {
  const { prices } = parts;
  const accesses = parts.accesses.map((access) => spelledAccess(access, prices));
  const turns: Turn[] = [];
  const excluded: Excluded[] = [];
  const seen = new Set<string>();
  const add = (gathered: readonly Gathered[], isFallback: boolean) => {
    const found: Turn[] = [];
    for (const { candidate, skip } of gathered) {
      if (skip) excluded.push({ ...candidate, isFallback, skip });
      else if (!seen.has(keyOf(candidate))) {
        seen.add(keyOf(candidate));
        found.push(turnOf(candidate, isFallback, route, parts));
      }
    }
    turns.push(...inOrder(found, route, isFallback));
  };
  add(gatherCandidates(route, accesses, prices), false);
  for (const model of route.fallbackModels) add(gatherByModel(model, accesses, prices), true);
  return { route, turns, excluded };
}

function turnOf(
  { access, model }: Candidate,
  isFallback: boolean,
  route: RouteConfig,
  { prices, health }: PlanParts,
): Turn {
  const limits = [route.maxTokens, access.maxTokens].filter((limit) => limit !== undefined);
  return {
    access,
    model,
    isFallback,
    price: prices.find(access.providerName, model),
    health: health.of(route, access.profile, model),
    ...(limits.length > 0 && { maxTokens: Math.min(...limits) }),
  };
}

function inOrder(turns: readonly Turn[], route: RouteConfig, isFallback: boolean): readonly Turn[] {
  // Candidates that were written down have an order; a fallback's profiles have none.
  const speedPriority = route.speedPriority ?? (isFallback ? "low" : undefined);
  const ranked = turns.map((turn) => ({
    turn,
    providerName: turn.access.providerName,
    price: turn.price,
    expectedMs: turn.health.speed.expectedMs(turn.price?.speed ?? null),
  }));
  const ordered = orderCandidates(ranked, { provider: route.provider, speedPriority });
  return ordered.map(({ turn }) => turn);
}

function keyOf({ access, model }: Candidate): string {
  return JSON.stringify([access.profile, normalizeModelName(model)]);
}
