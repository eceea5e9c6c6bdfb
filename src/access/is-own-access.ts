import type { ArenaConfig } from "../arena-file/arena-config.ts";
import { isSameAccess } from "../arena-file/is-same-access.ts";
import type { Profile } from "../arena-file/profile.ts";
import type { RouteScope } from "../routing/plan/candidate.ts";

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
