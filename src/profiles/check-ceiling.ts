import type { PartialConfig } from "./arena-config-schema.ts";
import { isSameAccess } from "./is-same-access.ts";
import type { Mistake } from "./mistake.ts";
import type { Profile } from "./profile.ts";
import { userLists } from "./user-lists.ts";

/** Finds profiles in users' lists that the workspace's list makes useless, because it is the ceiling. */
export function checkCeiling(config: PartialConfig, profiles: readonly Profile[]): Mistake[] {
  if (!config.ceiling || config.account !== "admin-controlled") return [];
  const find = (name: string) => profiles.find((profile) => profile.name === name);
  return userLists(config).flatMap(({ workspace, profiles: list = [], path }) => {
    const place = config.workspaces?.findIndex(({ name }) => name === workspace) ?? -1;
    const above = config.workspaces?.[place]?.profiles?.map(find);
    if (!above?.every((profile) => profile !== undefined)) return [];
    return list.flatMap((name, index) => {
      const profile = find(name);
      if (!profile || above.some((other) => isSameAccess(other, profile))) return [];
      const message = `is beyond the ceiling: workspaces[${place}] has no profile of the same access; add it there, or take it away`;
      return [{ path: [...path, "profiles", index], message }];
    });
  });
}
