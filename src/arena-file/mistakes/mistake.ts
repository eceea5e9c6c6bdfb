import { shownText } from "../../text/shown-text.ts";

/** Where a value stands in a file of maps and lists. */
export type Path = readonly (string | number)[];

/** What a key of a map is called where people do not have to quote it. */
export const plainKey = /^[A-Za-z_$][\w$-]*$/;

/** A place as people read it, such as `profiles[2].accessInfo.deployments["gpt-4o"]`. */
export function formatPlace(path: Path): string {
  return path
    .map((step, index) => {
      if (typeof step === "number") return `[${step}]`;
      if (!plainKey.test(step)) return `[${shownText(step)}]`;
      return index === 0 ? shownKey(step) : `.${shownKey(step)}`;
    })
    .join("");
}

/** A key without quotes, unless it looks like a secret. */
function shownKey(key: string): string {
  const shown = shownText(key);
  return shown === `"${key}"` ? key : shown;
}

/** Whether one of the places is the other one, or within it. */
export function isWithin(place: Path, other: Path): boolean {
  return place.length >= other.length && other.every((step, index) => step === place[index]);
}

/** Something wrong at a place of the configuration; the place is in our spelling. */
export interface Mistake {
  readonly path: Path;
  /** Whether the path ends with what nobody should read in a log: a name of no known form, which may hold a key. */
  readonly hidesName?: boolean;
  /** What was expected, what came, and the remedy. Never holds a key. */
  readonly message: string;
  /** The place that was probably meant: what is missing there follows from this. */
  readonly meant?: Path;
  /** Places that would have to be right for this to be true: if they are wrong, this follows from it. */
  readonly follows?: readonly Path[];
}
