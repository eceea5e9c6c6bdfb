import { isSameModel } from "../../data-models/model-name.ts";
import { nearestName } from "../../text/nearest-name.ts";
import { shownText } from "../../text/shown-text.ts";
import type { Mistake, Path } from "./mistake.ts";

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

/** Says of a map by model names which name means the same as another one: only one of the two could count. */
export function twinMistakes(
  names: readonly string[],
  path: Path,
  isSame: (one: string, other: string) => boolean = isSameModel,
): Mistake[] {
  return names.flatMap((name, index) => {
    const twin = names.slice(0, index).find((other) => isSame(other, name));
    if (twin === undefined) return [];
    const message = `is another spelling of ${shownText(twin)}, which stands there as well; keep one`;
    return [{ path: [...path, name], message }];
  });
}
