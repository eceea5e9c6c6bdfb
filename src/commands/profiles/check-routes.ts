import type { ArenaConfig } from "../../profiles/arena-config.ts";
import type { Mistake } from "../../profiles/mistake.ts";
import { ProfileAccess } from "../../profiles/profile-access.ts";
import { referenceMistakes } from "../../profiles/reference-mistakes.ts";
import type { RouteConfig } from "../../router/route-config.ts";

/** Finds routes with one name, and candidates whose profile is not there or does not have the model. */
export function checkRoutes({ profiles }: ArenaConfig, routes: readonly RouteConfig[]): Mistake[] {
  const names = profiles.map(({ name }) => name);
  return routes.flatMap((route, index) => {
    const twin = routes.findIndex(({ name }) => name === route.name);
    const message = `is the name of routes[${twin}] as well; give each route a name of its own`;
    const candidates = "candidates" in route ? route.candidates : [];
    return [
      ...(twin < index ? [{ path: ["routes", index, "name"], message }] : []),
      ...candidates.flatMap((candidate, place) => {
        const path = ["routes", index, "candidates", place];
        const profile = profiles.find(({ name }) => name === candidate.profile);
        if (!profile) {
          return referenceMistakes("profile", candidate.profile, names, [...path, "profile"]);
        }
        return modelMistakes(new ProfileAccess(profile), candidate.model, [...path, "model"]);
      }),
    ];
  });
}

function modelMistakes(access: ProfileAccess, model: string, path: Mistake["path"]): Mistake[] {
  if (access.judge(model).isAllowed) return [];
  const allowed = access.names?.join(", ");
  const message = `profile ${access.profile.name} does not allow this model; expected one of ${allowed}, or add it there`;
  return [{ path, message }];
}
