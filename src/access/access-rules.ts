import type { ArenaConfig } from "../arena-file/arena-config.ts";
import type { Profile } from "../arena-file/profile.ts";
import { ProfileAccess } from "./profile-access.ts";
import { type Asker, findScope, type Scope } from "./scope.ts";

/** Who wants to use which model. */
export interface AccessQuestion extends Asker {
  readonly model: string;
}

/** A profile that may be used. */
export interface Grant {
  readonly profile: Profile;
  /** The model's name as this profile's provider knows it. */
  readonly model: string;
  readonly reason: string;
}

/** A profile that may not be used. */
export interface Refusal {
  readonly profile: Profile;
  readonly reason: string;
}

/** Everything about one question: which list decided, who may answer, and who may not and why. */
export interface AccessDecision {
  readonly source: string;
  /** In the order of the list that decided. */
  readonly grants: readonly Grant[];
  readonly refusals: readonly Refusal[];
}

/** Decides who may use which model by which profile. It calls nobody. */
export class AccessRules {
  readonly #config: ArenaConfig;
  /** All profiles, without anybody's ceiling. */
  readonly #profiles: ReadonlyMap<string, ProfileAccess>;

  /** What ceilings leave of users' lists, by list. */
  readonly #belowCeiling = new Map<readonly string[], readonly ProfileAccess[]>();

  constructor(config: ArenaConfig) {
    this.#config = config;
    this.#profiles = new Map(
      config.profiles.map((profile) => [profile.name, new ProfileAccess(profile)]),
    );
  }

  /** The profiles that somebody may use, in their order, whatever the model. @throws UnknownWorkspaceError */
  accessesOf(asker: Asker): readonly ProfileAccess[] {
    return this.#accessesIn(findScope(this.#config, asker));
  }

  /** Says of every profile whether it may be used, and why. @throws UnknownWorkspaceError */
  explain({ model, ...asker }: AccessQuestion): AccessDecision {
    const scope = findScope(this.#config, asker);
    const grants: Grant[] = [];
    const refusals: Refusal[] = [];
    for (const access of this.#accessesIn(scope)) {
      const { profile } = access;
      const verdict = access.judge(model);
      if (!verdict.isAllowed) refusals.push({ profile, reason: verdict.reason });
      else grants.push({ profile, model: verdict.model, reason: verdict.reason });
    }
    for (const { profile } of this.#profiles.values()) {
      if (scope.profiles.includes(profile.name)) continue;
      refusals.push({ profile, reason: scope.outside });
    }
    return { source: scope.source, grants, refusals };
  }

  #accessesIn({ profiles, ceiling }: Scope): readonly ProfileAccess[] {
    const find = (name: string) => this.#profiles.get(name) ?? [];
    if (ceiling === null) return profiles.flatMap(find);
    const known = this.#belowCeiling.get(profiles);
    if (known) return known;
    const above = ceiling.flatMap(find);
    const below = profiles.flatMap(find).map(({ profile }) => new ProfileAccess(profile, above));
    this.#belowCeiling.set(profiles, below);
    return below;
  }
}
