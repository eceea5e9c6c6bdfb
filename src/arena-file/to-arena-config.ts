import { type ArenaConfig, emptyArenaConfig } from "./arena-config.ts";
import type { PartialConfig } from "./schema/arena-config-schema.ts";
import { toProfile } from "./to-profile.ts";
import { userLists } from "./user-lists.ts";

/** The configuration in the one form in which it is used; what lacks a name or a list is left out. */
export function toArenaConfig(written: PartialConfig): ArenaConfig {
  const { account, ceiling, profiles = [], workspaces = [] } = written;
  return {
    ...emptyArenaConfig,
    ...(account && { account }),
    ...(ceiling !== undefined && { ceiling }),
    profiles: profiles.flatMap((profile) => toProfile(profile) ?? []),
    workspaces: workspaces.flatMap(({ name, profiles: list }) =>
      name === undefined || list === undefined ? [] : { name, profiles: list },
    ),
    users: userLists(written).flatMap(({ user, workspace, profiles: list }) =>
      user === undefined || workspace === undefined || list === undefined
        ? []
        : { user, workspace, profiles: list },
    ),
  };
}
