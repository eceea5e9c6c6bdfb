import { type ArenaConfig, emptyArenaConfig } from "./arena-config.ts";
import type { WrittenConfig } from "./arena-config-schema.ts";
import { toProfile } from "./to-profile.ts";

/** The configuration in the one form in which it is used. What was written has been checked. */
export function toArenaConfig(written: WrittenConfig): ArenaConfig {
  const { account, ceiling, profiles = [], workspaces = [], users = [] } = written;
  return {
    ...emptyArenaConfig,
    ...(account && { account }),
    ...(ceiling !== undefined && { ceiling }),
    profiles: profiles.flatMap((profile) => toProfile(profile) ?? []),
    workspaces: workspaces.map(({ name, profiles: list }) => ({ name, profiles: list })),
    users: [
      ...users,
      ...workspaces.flatMap(({ name, users: lists = [] }) =>
        lists.map((list) => ({ ...list, workspace: name })),
      ),
    ],
  };
}
