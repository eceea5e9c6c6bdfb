import type { ChatRequest } from "../data-models/chat.ts";
import type { ArenaError } from "../errors/arena-error.ts";
import { RouteNotFoundError } from "../errors/route-errors.ts";
import { type Clock, systemClock } from "./call/clock.ts";
import { type CallContext, RouteCall } from "./call/route-call.ts";
import { HealthBook } from "./health/candidate-health.ts";
import { withSpeedProbe } from "./health/speed-probe.ts";
import type { RouteAccess, RouteScope } from "./plan/candidate.ts";
import type { RouteConfig } from "./plan/route-config.ts";
import { type RouteExplanation, toExplanation } from "./plan/route-explanation.ts";
import { planRoute, type RoutePlan } from "./plan/route-plan.ts";
import { type RefuseModel, refusalOf } from "./plan/route-refusal.ts";
import type { PriceConfig } from "./prices/prices.ts";
import { Prices } from "./prices/prices.ts";

/** What a router is made of. */
export interface RouterOptions {
  readonly routes: readonly RouteConfig[];
  readonly prices?: PriceConfig;
  /** The profiles that a caller may use, in their order. */
  readonly accessesOf: (
    scope: RouteScope,
  ) => readonly RouteAccess[] | Promise<readonly RouteAccess[]>;
  /** Default: nobody says why, and a route on which nobody may be asked gives no answer. */
  readonly refuse?: RefuseModel;
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

/** A route's plan for a caller, and why the rules let nobody be asked; null where somebody may be. */
export interface ExplainedRoute extends RouteExplanation {
  readonly error: Pick<ArenaError, "code" | "message"> | null;
}

/** What is known of a question before anybody is asked. */
interface Planned {
  readonly plan: RoutePlan;
  readonly refusal: ArenaError | null;
}

/** Brings requests to whoever may answer them: the cheapest or the fastest first, and past those that fail. */
export class Router {
  readonly #routes: ReadonlyMap<string, RouteConfig>;
  readonly #prices: Prices;
  readonly #accessesOf: RouterOptions["accessesOf"];
  readonly #refuse: RefuseModel;
  readonly #clock: Clock;
  readonly #random: () => number;
  readonly #health: HealthBook;
  readonly #stopped = new AbortController();

  constructor({ routes, prices = {}, accessesOf, ...options }: RouterOptions) {
    this.#routes = new Map(routes.map((route) => [route.name, route]));
    this.#prices = new Prices(prices);
    this.#accessesOf = accessesOf;
    this.#refuse = options.refuse ?? (() => null);
    this.#clock = options.clock ?? systemClock;
    this.#random = options.random ?? Math.random;
    this.#health = new HealthBook(this.#clock, this.#random);
  }

  get routeNames(): readonly string[] {
    return [...this.#routes.keys()];
  }

  /**
   * Plans a request's way; nobody is called before the answer is read.
   * @throws RouteNotFoundError
   * @throws ArenaError when the caller may ask nobody for the model, or nobody has it
   */
  async call(
    question: RouteQuestion,
    request: ChatRequest,
    context: CallContext,
  ): Promise<RouteCall> {
    const { plan, refusal } = await this.#plan(question);
    if (refusal) throw refusal;
    const [clock, random] = [this.#clock, this.#random];
    const probing = withSpeedProbe(plan, request, clock.now());
    const { signal: stopped } = this.#stopped;
    return new RouteCall({ plan: probing, request, context, clock, random, stopped });
  }

  /** Lets go of requests that are held open for models that start. Calls go on without any. */
  stop(): void {
    this.#stopped.abort(new DOMException("The router has stopped.", "AbortError"));
  }

  /** Imports what everybody on the route is asked with. @throws ProviderError when a package is missing */
  async load(question: RouteQuestion): Promise<void> {
    const { plan } = await this.#plan(question);
    const providers = new Set(plan.turns.map(({ access }) => access.provider));
    await Promise.all([...providers].map((provider) => provider.load?.()));
  }

  /** Lets servers that can be asked tell what their models can do for this request; see `Provider.learn`. */
  async learn(question: RouteQuestion, request: ChatRequest, signal: AbortSignal): Promise<void> {
    const { plan } = await this.#plan(question);
    const asked = plan.turns.map(({ access, model }) =>
      access.provider.learn?.(model, request, { signal }),
    );
    await Promise.all(asked);
  }

  /** Who would be asked now, in order, and who not and why. Calls nobody. @throws RouteNotFoundError */
  async explain(question: RouteQuestion, request?: ChatRequest): Promise<ExplainedRoute> {
    const { plan, refusal } = await this.#plan(question);
    const error = refusal && { code: refusal.code, message: refusal.message };
    return { ...toExplanation(plan, request ?? null, this.#clock.now()), error };
  }

  async #plan({ route: name, scope, model }: RouteQuestion): Promise<Planned> {
    const route = this.#routes.get(name);
    if (!route) throw new RouteNotFoundError(name, this.routeNames);
    const [prices, health] = [this.#prices, this.#health];
    const accesses = await this.#accessesOf(scope);
    const plan = planRoute(withModel(route, model), { accesses, prices, health });
    const refusal = refusalOf(plan, model, (each) => this.#refuse(each, scope));
    return { plan: refusal ? { ...plan, turns: [] } : plan, refusal };
  }
}

function withModel(route: RouteConfig, model: string | undefined): RouteConfig {
  if (model === undefined) return route;
  if ("model" in route) return { ...route, model };
  const { candidates: _, ...shared } = route;
  return { ...shared, model, speedPriority: route.speedPriority ?? "low" };
}
