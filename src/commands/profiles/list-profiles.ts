import type { LoadedAccess } from "../../access/load-access.ts";
import type { ArenaConfig } from "../../arena-file/arena-config.ts";
import { ProfileModels } from "../../arena-file/profile-models.ts";
import type { Profile } from "../../providers/catalogue.ts";
import { printable } from "../../text/printable.ts";
import type { Terminal } from "../command.ts";
import { alignColumns, type Column } from "../sessions/align-columns.ts";
import { keyOrigin } from "./key-origin.ts";

const columns: readonly Column[] = ["PROFILE", "PROVIDER", "KEY", "MODELS", "FOR"].map(
  (heading) => ({ heading, side: "left" }),
);

/** Writes all profiles: a table, or JSON lines. */
export function listProfiles(
  { config, azure }: LoadedAccess,
  isJson: boolean,
  terminal: Terminal,
): number {
  const rows = config.profiles.map((profile) => ({
    name: profile.name,
    provider: profile.provider,
    key: keyOrigin(profile, azure),
    allowedModels: new ProfileModels(profile).names,
    for: usersOf(profile, config),
  }));
  const lines = isJson
    ? rows.map((row) => JSON.stringify(row))
    : alignColumns(
        columns,
        rows.map((row) =>
          [
            row.name,
            row.provider,
            row.key,
            row.allowedModels?.join(", ") ?? "all",
            row.for.join(", ") || "nobody",
          ].map((cell) => printable(cell)),
        ),
      );
  if (rows.length === 0 && !isJson) lines.splice(0, Infinity, "There is no profile.");
  for (const line of lines) terminal.stdout.write(`${line}\n`);
  return 0;
}

/** Who has the profile in a list. */
function usersOf({ name }: Profile, { account, workspaces, users }: ArenaConfig): string[] {
  return [
    ...(account === "user-controlled" ? ["everybody"] : []),
    ...workspaces.flatMap(({ name: workspace, profiles }) =>
      profiles.includes(name) ? `workspace ${workspace}` : [],
    ),
    ...users.flatMap(({ user, workspace, profiles }) =>
      profiles.includes(name) ? `user ${user} in ${workspace}` : [],
    ),
  ];
}
