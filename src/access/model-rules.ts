import type { ArenaConfig } from "../arena-file/arena-config.ts";
import { ModelNotAllowedError, UnknownModelError } from "../errors/route-errors.ts";
import { catalogue } from "../providers/catalogue.ts";
import type { RouteScope } from "../routing/plan/candidate.ts";
import { whyElsewhere } from "../routing/plan/gather-candidates.ts";
import { type PriceConfig, Prices } from "../routing/prices/prices.ts";
import { nearestName } from "../text/nearest-name.ts";
import { type AccessDecision, AccessRules } from "./access-rules.ts";
import { ProfileAccess } from "./profile-access.ts";
import type { Asker } from "./scope.ts";

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
