import type { Profile } from "../providers/catalogue.ts";

/** Which profiles are used at a place of work, in the order in which they are asked. */
export interface Workspace {
  readonly name: string;
  readonly profiles: readonly string[];
}

/** Which profiles one user has in one workspace; it supersedes the workspace's list. */
export interface UserProfiles {
  readonly user: string;
  readonly workspace: string;
  readonly profiles: readonly string[];
}

/** Profiles, and who may use them. Everything that it names is there. */
export interface ArenaConfig {
  /** In a user-controlled account users may use all profiles; in an admin-controlled one what lists grant. */
  readonly account: "user-controlled" | "admin-controlled";
  /** Whether a user's list grants nothing beyond the workspace's. */
  readonly ceiling: boolean;
  readonly profiles: readonly Profile[];
  readonly workspaces: readonly Workspace[];
  readonly users: readonly UserProfiles[];
}

/** No profile, no list. */
export const emptyArenaConfig: ArenaConfig = Object.freeze({
  account: "user-controlled",
  ceiling: false,
  profiles: [],
  workspaces: [],
  users: [],
});
