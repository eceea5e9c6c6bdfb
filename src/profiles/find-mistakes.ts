import type { z } from "zod";
import { PartialConfig } from "./arena-config-schema.ts";
import { checkCeiling } from "./check-ceiling.ts";
import type { KeyChecks } from "./check-keys.ts";
import { checkProfiles } from "./check-profiles.ts";
import { checkScopes } from "./check-scopes.ts";
import type { Mistake } from "./mistake.ts";
import { isWithin, type Path } from "./place.ts";
import type { Respelled } from "./respell.ts";
import { salvage } from "./salvage.ts";
import { schemaMistakes } from "./schema-mistakes.ts";
import { toProfile } from "./to-profile.ts";

/**
 * Finds everything that is wrong with a configuration, one mistake per place.
 * What only follows from another mistake is left out: a key that is misspelled
 * is not missing as well.
 */
export function findMistakes(
  { value, mistakes: ofKeys }: Respelled,
  schema: z.ZodType,
  checks: KeyChecks,
): Mistake[] {
  const meant = ofKeys.flatMap(({ meant: path }) => (path ? [path] : []));
  const ofForm = schemaMistakes(schema, value).filter(
    ({ path, follows = [] }) =>
      !meant.some(
        (place) => isWithin(path, place) || follows.some((other) => isWithin(place, other)),
      ),
  );
  const wrong = [...ofKeys, ...ofForm].map((mistake) => mistake.meant ?? mistake.path);
  const rest = salvage(PartialConfig, value);
  const names = (list: "profiles" | "workspaces") =>
    wrong.some((path) => isName(path, list))
      ? null
      : (rest[list] ?? []).flatMap(({ name }) => name ?? []);
  const known = { profiles: names("profiles"), workspaces: names("workspaces") };
  const ofMeaning = [
    ...checkProfiles(rest.profiles ?? [], checks),
    ...checkScopes(rest, known),
    ...checkCeiling(
      rest,
      (rest.profiles ?? []).flatMap((profile) => toProfile(profile) ?? []),
    ),
  ].filter(
    ({ path, follows = [] }) =>
      !wrong.some(
        (other) => isWithin(path, other) || follows.some((place) => isWithin(other, place)),
      ),
  );
  return firstOfEachPlace([...ofKeys, ...ofForm, ...ofMeaning]);
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
