import type { ArenaConfig } from "../arena-file/arena-config.ts";
import { isSameAccess } from "../arena-file/is-same-access.ts";
import { ModelNotAllowedError, UnknownModelError } from "../errors/route-errors.ts";
import type { Profile } from "../providers/catalogue.ts";
import { catalogue } from "../providers/catalogue.ts";
import type { Provider } from "../providers/provider.ts";
import type { RouteAccess, RouteScope } from "../routing/plan/candidate.ts";
import { whyElsewhere } from "../routing/plan/route-plan.ts";
import { type PriceConfig, Prices } from "../routing/prices/prices.ts";
import type { RouterOptions } from "../routing/router.ts";
import { nearestName } from "../text/nearest-name.ts";
import { type AccessDecision, AccessRules, type Asker, ProfileAccess } from "./access-rules.ts";

const maxNames = 20;

/** Which models would work instead, for the end of a message. */
function allowedText(model: string, accesses: readonly ProfileAccess[]): string {
  const names = new Set(accesses.flatMap((access) => access.names ?? []));
  const open = accesses
    .filter((access) => access.names === null)
    .map(({ profile }) => `all models of ${catalogue[profile.provider].title}`);
  const all = [...names, ...new Set(open)];
  if (all.length === 0) return "No model may be used here; ask for a workspace that has one.";
  const rest = all.length > maxNames ? ` and ${all.length - maxNames} more` : "";
  const nearest = nearestName(model, names);
  const hint = nearest === undefined ? "" : ` Did you mean ${nearest}?`;
  return `Allowed: ${all.slice(0, maxNames).join(", ")}${rest}.${hint}`;
}

/** Decides about models that are named without a profile: lists say who may use them, and vendors sell their own only. */
export class ModelRules {
  readonly #rules: AccessRules;
  readonly #prices: Prices;
  /** All profiles, whoever may use them. */
  readonly #all: readonly ProfileAccess[];

  constructor(config: ArenaConfig, prices: PriceConfig = {}) {
    this.#rules = new AccessRules(config);
    this.#prices = new Prices(prices);
    this.#all = config.profiles.map((profile) => new ProfileAccess(profile));
  }

  /** The profiles of a caller, in their order, whatever the model. @throws UnknownWorkspaceError */
  accessesOf(scope: RouteScope): readonly ProfileAccess[] {
    return this.#rules.accessesOf(toAsker(scope));
  }

  /** Which list decides, and what lists alone say of every profile. @throws UnknownWorkspaceError */
  explain(model: string, scope: RouteScope): AccessDecision {
    return this.#rules.explain({ ...toAsker(scope), model });
  }

  /** Whether some profile has the model, whoever may use that. */
  has(model: string): boolean {
    return this.#isAmong(model, this.#all);
  }

  /** Names and globs that some profile has, for the end of a message about one that none has. */
  allowedInstead(model: string): string {
    return allowedText(model, this.#all);
  }

  /** Why a caller may ask nobody for a model, and which would work; null where somebody may be asked. */
  refusalOf(model: string, scope: RouteScope): ModelNotAllowedError | UnknownModelError | null {
    const accesses = this.accessesOf(scope);
    if (this.#isAmong(model, accesses)) return null;
    const allowed = allowedText(model, accesses);
    if (!this.has(model)) return new UnknownModelError(model, allowed);
    return new ModelNotAllowedError(model, `by ${this.explain(model, scope).source}`, allowed);
  }

  #isAmong(model: string, accesses: readonly ProfileAccess[]): boolean {
    return accesses.some((access) => {
      const offer = { providerName: access.profile.provider, isOpen: access.names === null };
      return access.judge(model).isAllowed && whyElsewhere(model, offer, this.#prices) === null;
    });
  }
}

function toAsker({ user, workspace }: RouteScope): Asker {
  return { user: user ?? undefined, workspace: workspace ?? undefined };
}

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

/**
 * Whether a profile is this user's own: it stands in the user's lists, and its
 * access in nobody else's. What everybody may use is the server's matter.
 */
export function isOwnAccess(
  profile: Profile,
  { user }: RouteScope,
  { account, profiles, workspaces, users }: ArenaConfig,
): boolean {
  if (account === "user-controlled") return false;
  const same = profiles.filter((other) => isSameAccess(other, profile)).map(({ name }) => name);
  const hasIt = (list: readonly string[]) => list.some((name) => same.includes(name));
  const owners = users.filter((list) => hasIt(list.profiles));
  return (
    owners.length > 0 &&
    owners.every((list) => list.user === user) &&
    !workspaces.some((workspace) => hasIt(workspace.profiles))
  );
}
