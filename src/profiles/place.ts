import { shownText } from "../errors/shown-text.ts";

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
