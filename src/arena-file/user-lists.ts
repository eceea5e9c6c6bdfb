import type { Path } from "./mistakes/mistake.ts";
import type { PartialConfig } from "./schema/arena-config-schema.ts";

/** One user's list in one workspace, and where it was written. */
export interface UserList {
  readonly user?: string | undefined;
  readonly workspace?: string | undefined;
  readonly profiles?: readonly string[] | undefined;
  readonly path: Path;
}

/** All lists of single users: those of `users`, then those within workspaces. */
export function userLists({ users = [], workspaces = [] }: PartialConfig): UserList[] {
  return [
    ...users.map((list, index) => ({ ...list, path: ["users", index] })),
    ...workspaces.flatMap(({ name, users: lists = [] }, place) =>
      lists.map(({ user, profiles }, index) => ({
        user,
        profiles,
        workspace: name,
        path: ["workspaces", place, "users", index],
      })),
    ),
  ];
}
