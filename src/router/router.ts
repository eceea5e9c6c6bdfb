import type { ChatRequest } from "../data-models/chat.ts";
import { RouteNotFoundError } from "../errors/route-not-found-error.ts";
import type { RouteAccess, RouteScope } from "./candidate.ts";
import { HealthBook } from "./candidate-health.ts";
import { type Clock, systemClock } from "./clock.ts";
import type { PriceConfig } from "./price-config.ts";
import { Prices } from "./prices.ts";
import { type CallContext, RouteCall } from "./route-call.ts";
import type { RouteConfig } from "./route-config.ts";
import { type RouteExplanation, toExplanation } from "./route-explanation.ts";
import { planRoute, type RoutePlan } from "./route-plan.ts";

/** What a router is made of. */
export interface RouterOptions {
  readonly routes: readonly RouteConfig[];
  readonly prices?: PriceConfig;
  /** The profiles that a caller may use, in their order. */
  readonly accessesOf: (
    scope: RouteScope,
  ) => readonly RouteAccess[] | Promise<readonly RouteAccess[]>;
  readonly clock?: Clock;
  readonly random?: () => number;
}

/** Which route, for whom. */
export interface RouteQuestion {
  readonly route: string;
  readonly scope: RouteScope;
  /** Another model than the route's own; the route's limits and fallbacks stay. */
  readonly model?: string | undefined;
}

/** Brings requests to whoever may answer them: the cheapest or the fastest first, and past those that fail. */
export class Router {
  readonly #routes: ReadonlyMap<string, RouteConfig>;
  readonly #prices: Prices;
  readonly #accessesOf: RouterOptions["accessesOf"];
  readonly #clock: Clock;
  readonly #random: () => number;
  readonly #health: HealthBook;

  constructor({ routes, prices = {}, accessesOf, ...options }: RouterOptions) {
    this.#routes = new Map(routes.map((route) => [route.name, route]));
    this.#prices = new Prices(prices);
    this.#accessesOf = accessesOf;
    this.#clock = options.clock ?? systemClock;
    this.#random = options.random ?? Math.random;
    this.#health = new HealthBook(this.#clock, this.#random);
  }

  get routeNames(): readonly string[] {
    return [...this.#routes.keys()];
  }

  /** Plans a request's way; nobody is called before the answer is read. @throws RouteNotFoundError */
  async call(
    question: RouteQuestion,
    request: ChatRequest,
    context: CallContext,
  ): Promise<RouteCall> {
    const plan = await this.#plan(question);
    const [clock, random] = [this.#clock, this.#random];
    return new RouteCall({ plan, request, context, clock, random });
  }

  /** Imports what everybody on the route is asked with. @throws ProviderError when a package is missing */
  async load(question: RouteQuestion): Promise<void> {
    const { turns } = await this.#plan(question);
    const providers = new Set(turns.map(({ access }) => access.provider));
    await Promise.all([...providers].map((provider) => provider.load?.()));
  }

  /** Who would be asked now, in order, and who not and why. Calls nobody. @throws RouteNotFoundError */
  async explain(question: RouteQuestion, request?: ChatRequest): Promise<RouteExplanation> {
    return toExplanation(await this.#plan(question), request ?? null, this.#clock.now());
  }

  async #plan({ route: name, scope, model }: RouteQuestion): Promise<RoutePlan> {
    const route = this.#routes.get(name);
    if (!route) throw new RouteNotFoundError(name, this.routeNames);
    const [prices, health] = [this.#prices, this.#health];
    const accesses = await this.#accessesOf(scope);
    return planRoute(withModel(route, model), { accesses, prices, health });
  }
}

function withModel(route: RouteConfig, model: string | undefined): RouteConfig {
  if (model === undefined) return route;
  if ("model" in route) return { ...route, model };
  const { candidates: _, ...shared } = route;
  return { ...shared, model, speedPriority: route.speedPriority ?? "low" };
}
