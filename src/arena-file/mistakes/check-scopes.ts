import type { Profile } from "../../providers/catalogue.ts";
import { isSameAccess } from "../is-same-access.ts";
import type { PartialConfig } from "../schema/arena-config-schema.ts";
import { userLists } from "../user-lists.ts";
import { formatPlace, type Mistake, type Path } from "./mistake.ts";
import { referenceMistakes } from "./name-mistakes.ts";

/** Names that lists may refer to; null when it is not known which there are. */
interface KnownNames {
  readonly profiles: readonly string[] | null;
  readonly workspaces: readonly string[] | null;
}

/** What is wrong with who may use what: names that are not there or there twice, lists without effect. */
export function checkScopes(config: PartialConfig, known: KnownNames): Mistake[] {
  return [
    ...accountMistakes(config),
    ...workspaceMistakes(config, known),
    ...userMistakes(config, known),
  ];
}

function accountMistakes({ account, ceiling, users, workspaces = [] }: PartialConfig): Mistake[] {
  if (account === "admin-controlled") return [];
  const message = "has no effect in a user-controlled account; set account: admin-controlled";
  const nested = workspaces.flatMap(({ users: lists }, index) =>
    lists ? [["workspaces", index, "users"]] : [],
  );
  const paths: Path[] = [
    ...(ceiling ? [["ceiling"]] : []),
    ...(users ? [["users"]] : []),
    ...nested,
  ];
  return paths.map((path) => ({ path, message }));
}

function workspaceMistakes({ workspaces = [] }: PartialConfig, known: KnownNames): Mistake[] {
  return workspaces.flatMap(({ name, profiles = [] }, index) => {
    const path = ["workspaces", index];
    const twin = workspaces.findIndex((other) => other.name === name);
    const message = `is the name of workspaces[${twin}] as well; make one workspace of them`;
    return [
      ...(name !== undefined && twin < index ? [{ path: [...path, "name"], message }] : []),
      ...listMistakes(profiles, known, [...path, "profiles"]),
    ];
  });
}

function userMistakes(config: PartialConfig, known: KnownNames): Mistake[] {
  const lists = userLists(config);
  return lists.flatMap(({ user, workspace, profiles = [], path }, index) => {
    const twin = lists.findIndex((other) => other.user === user && other.workspace === workspace);
    const place = formatPlace(lists[twin]?.path ?? []);
    const message = `has a list in this workspace already, at ${place}; make one list of them`;
    return [
      ...(user !== undefined && workspace !== undefined && twin < index
        ? [{ path: [...path, "user"], message }]
        : []),
      ...(workspace === undefined
        ? []
        : referenceMistakes("workspace", workspace, known.workspaces, [...path, "workspace"])),
      ...listMistakes(profiles, known, [...path, "profiles"]),
    ];
  });
}

function listMistakes(list: readonly string[], known: KnownNames, path: Path): Mistake[] {
  return list.flatMap((name, index) => {
    const place = [...path, index];
    if (list.indexOf(name) < index) {
      return [
        { path: place, message: "stands in this list twice; keep the one whose place is right" },
      ];
    }
    return referenceMistakes("profile", name, known.profiles, place);
  });
}

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
