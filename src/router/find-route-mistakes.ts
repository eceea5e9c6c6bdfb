import { nearestName } from "../errors/nearest-name.ts";
import type { RouteConfig } from "./route-config.ts";

/** Something wrong in `routes`: where, and what to do about it. */
export interface RouteMistake {
  /** The way to it from the top of arena.yaml, such as `["routes", 2, "name"]`. */
  readonly path: readonly (string | number)[];
  readonly message: string;
}

/** A profile as far as routes are checked against it. */
export interface KnownProfile {
  readonly name: string;
  readonly provider: string;
}

/** What is wrong between routes, and between them and the profiles; what is wrong in one alone, its schema says. */
export function findRouteMistakes(
  routes: readonly RouteConfig[],
  profiles: readonly KnownProfile[],
): readonly RouteMistake[] {
  return routes.flatMap((route, index) => {
    const path = ["routes", index];
    const first = routes.findIndex(({ name }) => name === route.name);
    const twice =
      first === index
        ? []
        : [
            {
              path: [...path, "name"],
              message: `is the name of routes[${first}] as well; give each route its own`,
            },
          ];
    if ("model" in route) return twice;
    const ofCandidates = route.candidates.flatMap(({ profile, provider }, place) =>
      candidateMistakes(profile, provider, profiles).map(({ path: own, message }) => ({
        path: [...path, "candidates", place, ...own],
        message,
      })),
    );
    return [...twice, ...ofCandidates];
  });
}

function candidateMistakes(
  name: string,
  provider: string | undefined,
  profiles: readonly KnownProfile[],
): readonly RouteMistake[] {
  const profile = profiles.find((each) => each.name === name);
  if (!profile) {
    const names = profiles.map((each) => each.name);
    const nearest = nearestName(name, names);
    const guess = nearest === undefined ? "" : ` Did you mean ${nearest}?`;
    const known = names.length > 0 ? `there is ${names.join(", ")}` : "there are none";
    return [{ path: ["profile"], message: `no profile has this name; ${known}.${guess}` }];
  }
  if (provider === undefined || provider === profile.provider) return [];
  const message = `the profile's provider is ${profile.provider}; write that, or nothing`;
  return [{ path: ["provider"], message }];
}
