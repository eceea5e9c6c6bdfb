import type { PartialConfig } from "./arena-config-schema.ts";
import type { Mistake } from "./mistake.ts";
import { formatPlace, type Path } from "./place.ts";
import { referenceMistakes } from "./reference-mistakes.ts";
import { userLists } from "./user-lists.ts";

/** Names that lists may refer to; null when it is not known which there are. */
export interface KnownNames {
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
