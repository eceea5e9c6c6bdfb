import { checkAccessInfo } from "./check-access-info.ts";
import { checkKeys, type KeyChecks } from "./check-keys.ts";
import { checkModels } from "./check-models.ts";
import type { Mistake } from "./mistake.ts";
import type { Path } from "./place.ts";
import type { PartialProfile } from "./profile-schema.ts";

/** What is wrong with profiles beyond the form of single values. */
export function checkProfiles(profiles: readonly PartialProfile[], checks: KeyChecks): Mistake[] {
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
