import { normalizeModelName } from "../../data-models/model-name.ts";
import type { CandidateHealth, HealthBook } from "../health/candidate-health.ts";
import type { Price, Prices } from "../prices/prices.ts";
import type { Candidate, RouteAccess, Skip } from "./candidate.ts";
import type { RouteConfig } from "./route-config.ts";

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
interface PlanParts {
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

/** What candidates are ordered by. */
export interface Rank {
  readonly providerName: string;
  readonly price: Price | null;
  /** Milliseconds that a usual answer takes; null if nobody knows. */
  readonly expectedMs: number | null;
}

/** What a route asks for. */
export interface OrderWish {
  readonly provider?: string | undefined;
  readonly speedPriority?: "low" | "high" | undefined;
}

/**
 * A new list: candidates of the provider that was asked for first, then the
 * cheapest (`low`) or fastest (`high`), ties by the other one, then as they
 * came. What is unknown sorts last.
 */
export function orderCandidates<Item extends Rank>(
  items: readonly Item[],
  { provider, speedPriority }: OrderWish,
): readonly Item[] {
  return items.toSorted(
    (one, other) => byProvider(one, other, provider) || bySpeedPriority(one, other, speedPriority),
  );
}

function byProvider(one: Rank, other: Rank, wanted: string | undefined): number {
  if (wanted === undefined) return 0;
  return Number(other.providerName === wanted) - Number(one.providerName === wanted);
}

function bySpeedPriority(one: Rank, other: Rank, priority: "low" | "high" | undefined): number {
  if (priority === undefined) return 0;
  const byPrice = smallerFirst(totalOf(one.price), totalOf(other.price));
  const bySpeed = smallerFirst(one.expectedMs, other.expectedMs);
  return priority === "low" ? byPrice || bySpeed : bySpeed || byPrice;
}

function totalOf(price: Price | null): number | null {
  return price && price.inputPerMillion + price.outputPerMillion;
}

function smallerFirst(one: number | null, other: number | null): number {
  if (one === other) return 0;
  if (one === null) return 1;
  return other === null ? -1 : one - other;
}

/**
 * The same way to models, with the vendor's spelling for models that the profile
 * passes on as they were asked for. What the profile spells itself stays as it is.
 */
export function spelledAccess(access: RouteAccess, prices: Prices): RouteAccess {
  const judge: RouteAccess["judge"] = (model) => {
    const verdict = access.judge(model);
    if (!verdict.isAllowed || verdict.isSpelled) return verdict;
    const spelling = prices.spellingOf(access.providerName, verdict.model);
    return { ...verdict, model: spelling ?? verdict.model };
  };
  const { profile, providerName, provider, isOpen, maxTokens } = access;
  return {
    profile,
    providerName,
    provider,
    isOpen,
    judge,
    ...(maxTokens !== undefined && { maxTokens }),
    // It may be costly to tell, and is asked only when a key was refused.
    get isCallersOwn() {
      return access.isCallersOwn ?? true;
    },
  };
}
