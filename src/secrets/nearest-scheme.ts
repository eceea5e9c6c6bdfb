import { nearestName } from "../errors/nearest-name.ts";

/** The scheme that somebody meant who wrote this word; null when none is near. */
export function nearestScheme<Name extends string>(
  word: string,
  names: readonly Name[],
): Name | null {
  const near = nearestName(word, names);
  const written = word.toLowerCase();
  return names.find((name) => name === near || written.includes(name.toLowerCase())) ?? null;
}
