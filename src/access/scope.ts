import type { ArenaConfig } from "../arena-file/arena-config.ts";
import { UnknownWorkspaceError } from "../errors/route-errors.ts";

/** Who asks. Servers without users or workspaces name none. */
export interface Asker {
  readonly user?: string | undefined;
  readonly workspace?: string | undefined;
}

/** Which profiles somebody may use, in their order, and what says so. */
export interface Scope {
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
export function findScope(config: ArenaConfig, { user, workspace }: Asker): Scope {
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
