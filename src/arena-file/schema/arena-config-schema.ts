import { z } from "zod";
import { PartialProfile, WrittenProfile } from "./profile-schema.ts";
import { kindOf, textField, wordField } from "./text-fields.ts";

const listOf = <Item extends z.ZodType>(what: string, item: Item) =>
  z
    .array(item, {
      error: ({ input }) =>
        input === undefined ? `is missing; give ${what}` : `expected ${what}, got ${kindOf(input)}`,
    })
    .min(1, { error: `is empty; give ${what}, or take it away` });

const profileNames = listOf("a list of at least one profile's name", textField("a profile's name"));

const userProfiles = {
  user: textField("the user's name").describe("The user's name."),
  profiles: profileNames.describe("Profiles in the order in which they are asked."),
};

const mapError = (keys: string) => ({
  error: ({ input }: { readonly input?: unknown }) =>
    `expected a map with ${keys}, got ${kindOf(input)}`,
});

const workspace = z.strictObject(
  {
    name: textField("the workspace's name").describe("The workspace's name."),
    profiles: profileNames.describe("Profiles in the order in which they are asked."),
    users: listOf(
      "a list of users and their profiles",
      z.strictObject(userProfiles, mapError("user and profiles")),
    )
      .exactOptional()
      .describe("Lists of single users in this workspace (admin-controlled)."),
  },
  mapError("name and profiles"),
);

const userInWorkspace = z.strictObject(
  {
    ...userProfiles,
    workspace: textField("a workspace's name").describe("The workspace in which it holds."),
  },
  mapError("user, workspace and profiles"),
);

/** What this folder knows of `arena.yaml`; other parts, such as routes, are given to it. */
export const profileParts = {
  $schema: z.string().exactOptional().describe("Address of this schema, for editors."),
  account: wordField(["user-controlled", "admin-controlled"])
    .exactOptional()
    .describe(
      "user-controlled (default): everybody may use all profiles, or a workspace's; admin-controlled: only what workspaces and users list.",
    ),
  ceiling: z
    .boolean({ error: ({ input }) => `expected true or false, got ${kindOf(input)}` })
    .exactOptional()
    .describe("Admin-controlled: a user's list grants nothing beyond the workspace's."),
  profiles: listOf("a list of at least one profile", WrittenProfile)
    .exactOptional()
    .describe("Ways to models: provider, access, key, allowed models."),
  workspaces: listOf("a list of at least one workspace", workspace)
    .exactOptional()
    .describe("Which profiles are used where."),
  users: listOf("a list of at least one user's profiles", userInWorkspace)
    .exactOptional()
    .describe("Lists of single users, which supersede the workspace's (admin-controlled)."),
};

/** Schema of the whole file; `extra` are the parts that others know. */
export function arenaConfigSchema<Extra extends z.ZodRawShape>(extra: Extra) {
  return z.strictObject({ ...profileParts, ...extra }, mapError("keys such as profiles"));
}

/** What people wrote, in our spelling, where anything may be missing, because it was wrong. */
export const PartialConfig = z.object({
  account: profileParts.account,
  ceiling: profileParts.ceiling,
  profiles: z.array(PartialProfile).optional(),
  workspaces: z
    .array(workspace.extend({ users: z.array(userInWorkspace.partial()) }).partial())
    .optional(),
  users: z.array(userInWorkspace.partial()).optional(),
});
export type PartialConfig = z.infer<typeof PartialConfig>;
