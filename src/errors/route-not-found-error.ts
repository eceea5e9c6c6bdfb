import { ArenaError } from "./arena-error.ts";
import { nearestName } from "./nearest-name.ts";
import { shownText } from "./shown-text.ts";

/** A request or a setting names a route that arena.yaml does not have. */
export class RouteNotFoundError extends ArenaError {
  override readonly name = "RouteNotFoundError";

  constructor(route: string, known: readonly string[]) {
    const nearest = nearestName(route, known);
    const guess = nearest === undefined ? "" : ` Did you mean ${nearest}?`;
    const list = known.length > 0 ? `there is ${known.join(", ")}.` : "there are none.";
    super(
      "NOT_FOUND",
      `No route is called ${shownText(route)}; ${list}${guess} Routes stand in arena.yaml under routes.`,
    );
  }
}
