import { isSameModel } from "../data-models/model-name.ts";
import { shownText } from "../errors/shown-text.ts";
import type { Mistake } from "./mistake.ts";
import type { Path } from "./place.ts";

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
