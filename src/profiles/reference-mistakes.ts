import { nearestName } from "../errors/nearest-name.ts";
import { shownText } from "../errors/shown-text.ts";
import type { Mistake } from "./mistake.ts";
import type { Path } from "./place.ts";

/** Says that nothing has this name, and which one was meant or which there are. Null: nobody knows the names. */
export function referenceMistakes(
  kind: "profile" | "workspace",
  name: string,
  known: readonly string[] | null,
  path: Path,
): Mistake[] {
  if (known === null || known.includes(name)) return [];
  const nearest = nearestName(name, known);
  const all = known.length > 0 ? `there are ${known.map(shownText).join(", ")}` : "there is none";
  const hint = nearest === undefined ? all : `did you mean ${shownText(nearest)}?`;
  return [{ path, message: `no ${kind} has the name ${shownText(name)}; ${hint}` }];
}
