import type { ArenaConfig } from "../arena-file/arena-config.ts";
import { isSameAccess } from "../arena-file/is-same-access.ts";
import { canFitBoth, type ModelVerdict, ProfileModels } from "../arena-file/profile-models.ts";
import { UnknownWorkspaceError } from "../errors/route-errors.ts";
import type { Profile } from "../providers/catalogue.ts";

/** A profile of somebody's scope, below the profiles that are its ceiling. */
export class ProfileAccess {
  readonly profile: Profile;
  readonly #models: ProfileModels;
  /** Null without a ceiling. */
  readonly #above: readonly ProfileAccess[] | null;

  /** @param ceiling the workspace's profiles, where they limit what this one grants */
  constructor(profile: Profile, ceiling: readonly ProfileAccess[] | null = null) {
    this.profile = profile;
    this.#models = new ProfileModels(profile);
    this.#above = ceiling?.filter((other) => isSameAccess(other.profile, profile)) ?? null;
  }

  /** Whether the model may be asked for by this profile, in any spelling of its name. */
  judge(model: string): ModelVerdict {
    const verdict = this.#models.judge(model);
    if (!verdict.isAllowed || this.#above === null) return verdict;
    const above = this.#above.map((access) => access.judge(model)).find((one) => one.isAllowed);
    // The ceiling may spell the name as the provider does where an open profile does not.
    if (above && verdict.model !== model) return verdict;
    if (above) return { ...verdict, model: above.model, isSpelled: above.isSpelled };
    const names = this.#above.map(({ profile }) => profile.name).join(", ");
    const reason = names
      ? `the workspace is the ceiling, and its ${names} does not allow it`
      : "the workspace is the ceiling, and has no profile of the same access";
    return { isAllowed: false, reason };
  }

  /**
   * Names and globs that may be asked for; null means all. Where two globs
   * overlap and neither holds as a whole, it is `*-mini within gpt-*`.
   */
  get names(): readonly string[] | null {
    const own = this.#models.names;
    if (this.#above === null) return own;
    const lists = this.#above.map(({ names }) => names);
    if (lists.includes(null)) return own;
    const above = lists.flatMap((list) => list ?? []);
    const isAllowed = (name: string) => this.judge(name).isAllowed;
    const whole = [...new Set([...(own ?? []), ...above])].filter(isAllowed);
    const parts = (own ?? [])
      .filter((name) => !isAllowed(name))
      .flatMap((name) =>
        above
          .filter((other) => !isAllowed(other) && canFitBoth(name, other))
          .map((other) => `${name} within ${other}`),
      );
    return [...whole, ...parts];
  }
}

/** Who wants to use which model. */
export interface AccessQuestion extends Asker {
  readonly model: string;
}

/** A profile that may be used. */
interface Grant {
  readonly profile: Profile;
  /** The model's name as this profile's provider knows it. */
  readonly model: string;
  readonly reason: string;
}

/** A profile that may not be used. */
interface Refusal {
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

/** Who asks. Servers without users or workspaces name none. */
export interface Asker {
  readonly user?: string | undefined;
  readonly workspace?: string | undefined;
}

/** Which profiles somebody may use, in their order, and what says so. */
interface Scope {
  readonly profiles: readonly string[];
  /** What decided, such as `the list of workspace "lab"`. */
  readonly source: string;
  /** Why a profile is not among them. */
  readonly outside: string;
  /** Profiles above which the list cannot go; null where there is no ceiling. */
  readonly ceiling: readonly string[] | null;
}

/**
 * Finds whose list holds. A user's list supersedes the workspace's as a whole,
 * so it can be wider, unless the workspace is the ceiling.
 * @throws UnknownWorkspaceError
 */
function findScope(config: ArenaConfig, { user, workspace }: Asker): Scope {
  const home = config.workspaces.find(({ name }) => name === workspace);
  if (workspace !== undefined && !home) {
    const known = config.workspaces.map(({ name }) => name);
    throw new UnknownWorkspaceError(workspace, known);
  }
  if (!home) return withoutWorkspace(config);
  const own =
    config.account === "admin-controlled"
      ? config.users.find((list) => list.user === user && list.workspace === workspace)
      : undefined;
  const list = listOf("workspace", home.name);
  if (!own) {
    return { profiles: home.profiles, source: list, outside: `not in ${list}`, ceiling: null };
  }
  const source = `${listOf("user", own.user)}, which supersedes ${list}`;
  return {
    profiles: own.profiles,
    source: config.ceiling ? `${source} and stays below it` : source,
    outside: `not in ${listOf("user", own.user)}`,
    ceiling: config.ceiling ? home.profiles : null,
  };
}

function withoutWorkspace({ account, profiles }: ArenaConfig): Scope {
  if (account === "user-controlled") {
    const source = "a user-controlled account: everybody may use all profiles";
    return { profiles: profiles.map(({ name }) => name), source, outside: "", ceiling: null };
  }
  const outside = "nobody may use it outside of a workspace";
  const source = "an admin-controlled account, in which a workspace has to be named";
  return { profiles: [], source, outside, ceiling: null };
}

function listOf(kind: string, name: string): string {
  return `the list of ${kind} ${JSON.stringify(name)}`;
}
