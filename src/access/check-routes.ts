import type { ArenaConfig } from "../arena-file/arena-config.ts";
import type { Mistake } from "../arena-file/mistakes/mistake.ts";
import { referenceMistakes } from "../arena-file/mistakes/name-mistakes.ts";
import { compileModelPattern } from "../arena-file/profile-models.ts";
import { type Profile, providerNames } from "../providers/catalogue.ts";
import type { RouteConfig } from "../routing/plan/route-config.ts";
import { nearestName } from "../text/nearest-name.ts";
import { shownText } from "../text/shown-text.ts";
import { ProfileAccess } from "./access-rules.ts";

/** Finds routes with one name, wrong providers, globs for models, and candidates whose profile is not there or does not have the model. */
export function checkRoutes({ profiles }: ArenaConfig, routes: readonly RouteConfig[]): Mistake[] {
  const names = profiles.map(({ name }) => name);
  return routes.flatMap((route, index) => {
    const twin = routes.findIndex(({ name }) => name === route.name);
    const message = `is the name of routes[${twin}] as well; give each route a name of its own`;
    const candidates = "candidates" in route ? route.candidates : [];
    return [
      ...wishMistakes(route.provider, ["routes", index, "provider"]),
      ...(twin < index ? [{ path: ["routes", index, "name"], message }] : []),
      ...("model" in route ? globMistakes(route.model, ["routes", index, "model"]) : []),
      ...candidates.flatMap((candidate, place) => {
        const path = ["routes", index, "candidates", place];
        const profile = profiles.find(({ name }) => name === candidate.profile);
        const globs = globMistakes(candidate.model, [...path, "model"]);
        if (!profile) {
          return [
            ...referenceMistakes("profile", candidate.profile, names, [...path, "profile"]),
            ...globs,
          ];
        }
        return [
          ...globs,
          ...modelMistakes(new ProfileAccess(profile), candidate.model, [...path, "model"]),
          ...providerMistakes(profile, candidate.provider, [...path, "provider"]),
        ];
      }),
      ...route.fallbackModels.flatMap((model, place) =>
        globMistakes(model, ["routes", index, "fallbackModels", place]),
      ),
    ];
  });
}

/** A profile that allows a glob allows its letters as well, and the vendor would be asked for them. */
function globMistakes(model: string, path: Mistake["path"]): Mistake[] {
  if (!compileModelPattern(model).isGlob) return [];
  return [{ path, message: `${shownText(model)} is a glob; a route names one model` }];
}

function modelMistakes(access: ProfileAccess, model: string, path: Mistake["path"]): Mistake[] {
  if (compileModelPattern(model).isGlob || access.judge(model).isAllowed) return [];
  const allowed = access.names?.join(", ");
  const message = `profile ${access.profile.name} does not allow this model; expected one of ${allowed}, or add it there`;
  return [{ path, message }];
}

function providerMistakes(
  { name, provider }: Profile,
  written: string | undefined,
  path: Mistake["path"],
): Mistake[] {
  if (written === undefined || written === provider) return [];
  const message = `the provider of profile ${name} is ${provider}; write that, or nothing`;
  return [{ path, message }];
}

/** A route's provider only orders its candidates, so a wrong one would be passed over in silence. */
function wishMistakes(wanted: string | undefined, path: Mistake["path"]): Mistake[] {
  if (wanted === undefined || providerNames.some((name) => name === wanted)) return [];
  const nearest = nearestName(wanted, providerNames);
  const hint =
    nearest === undefined
      ? `expected one of ${providerNames.join(", ")}`
      : `did you mean ${nearest}?`;
  return [{ path, message: `no provider is called ${shownText(wanted)}; ${hint}` }];
}
