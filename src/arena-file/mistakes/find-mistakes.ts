import type { z } from "zod";
import type { Profile } from "../../providers/catalogue.ts";
import { PartialConfig } from "../schema/arena-config-schema.ts";
import type { PartialProfile } from "../schema/profile-schema.ts";
import { toProfile } from "../to-profile.ts";
import { checkAccessInfo } from "./check-access-info.ts";
import { checkKeys, type KeyChecks } from "./check-keys.ts";
import { checkModels } from "./check-models.ts";
import { checkParts, type PartChecks } from "./check-parts.ts";
import { checkCeiling, checkScopes } from "./check-scopes.ts";
import { isWithin, type Mistake, type Path } from "./mistake.ts";
import type { Respelled } from "./respell.ts";
import { schemaMistakes } from "./schema-mistakes.ts";
import { validPart } from "./valid-parts.ts";

/** What others know of the file, and of what stands elsewhere. */
export interface Checks<Extra extends z.ZodRawShape> extends KeyChecks, PartChecks<Extra> {
  /** Profiles from elsewhere, such as the environment, that lists may name as well. */
  readonly otherProfiles?: readonly Profile[];
}

/**
 * Finds everything that is wrong with a configuration, one mistake per place.
 * What only follows from another mistake is left out: a key that is misspelled
 * is not missing as well.
 */
export function findMistakes<Extra extends z.ZodRawShape>(
  { value, mistakes: ofKeys }: Respelled,
  schema: z.ZodType,
  checks: Checks<Extra>,
): Mistake[] {
  const meant = ofKeys.flatMap(({ meant: path }) => (path ? [path] : []));
  const ofForm = schemaMistakes(schema, value).filter(
    ({ path, follows = [] }) =>
      !meant.some(
        (place) => isWithin(path, place) || follows.some((other) => isWithin(place, other)),
      ),
  );
  const wrong = [...ofKeys, ...ofForm].map((mistake) => mistake.meant ?? mistake.path);
  const rest = validPart(PartialConfig, value);
  const names = (list: "profiles" | "workspaces") =>
    wrong.some((path) => isName(path, list))
      ? null
      : (rest[list] ?? []).flatMap(({ name }) => name ?? []);
  const others = checks.otherProfiles ?? [];
  const known = {
    profiles: names("profiles")?.concat(others.map(({ name }) => name)) ?? null,
    workspaces: names("workspaces"),
  };
  const ofMeaning = [
    ...checkProfiles(rest.profiles ?? [], checks),
    ...checkScopes(rest, known),
    ...checkCeiling(rest, [
      ...(rest.profiles ?? []).flatMap((profile) => toProfile(profile) ?? []),
      ...others,
    ]),
  ].filter((mistake) => !isDueTo(mistake, wrong));
  const all = [...wrong, ...ofMeaning.map(({ path }) => path)];
  const ofParts = checkParts(value, rest, all, checks).filter((mistake) => !isDueTo(mistake, all));
  return firstOfEachPlace([...ofKeys, ...ofForm, ...ofMeaning, ...ofParts]);
}

function isDueTo({ path, follows = [] }: Mistake, wrong: readonly Path[]): boolean {
  return wrong.some(
    (other) => isWithin(path, other) || follows.some((place) => isWithin(other, place)),
  );
}

/** Whether a mistake there leaves it open which names the list has. */
function isName(path: Path, list: string): boolean {
  const [first, , key] = path;
  return first === list && (path.length < 3 || (path.length === 3 && key === "name"));
}

function firstOfEachPlace(mistakes: readonly Mistake[]): Mistake[] {
  const places = mistakes.map(({ path }) => JSON.stringify(path));
  return mistakes.filter((_, index) => places.indexOf(places[index] ?? "") === index);
}

/** What is wrong with profiles beyond the form of single values. */
function checkProfiles(profiles: readonly PartialProfile[], checks: KeyChecks): Mistake[] {
  return profiles.flatMap((profile, index) =>
    [
      ...checkName(profile, profiles.slice(0, index)),
      ...checkAccessInfo(profile),
      ...checkKeys(profile, checks),
      ...checkModels(profile),
    ].map((mistake) => below(["profiles", index], mistake)),
  );
}

function checkName({ name }: PartialProfile, before: readonly PartialProfile[]): Mistake[] {
  const twin = name === undefined ? -1 : before.findIndex((other) => other.name === name);
  if (twin < 0) return [];
  const message = `is the name of profiles[${twin}] as well; give each profile a name of its own`;
  return [{ path: ["name"], message }];
}

function below(place: Path, { path, message, follows = [] }: Mistake): Mistake {
  return {
    path: [...place, ...path],
    message,
    follows: follows.map((other) => [...place, ...other]),
  };
}
