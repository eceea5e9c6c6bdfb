import type { z } from "zod";
import { nearestName } from "../errors/nearest-name.ts";
import type { Mistake } from "./mistake.ts";
import { type Path, plainKey } from "./place.ts";
import { keyOfSpelling } from "./spellings.ts";
import { objectsOf } from "./unwrap-schema.ts";

/** Says that a key is not known there, and which one was meant, where it belongs, or which there are. */
export function unknownKeyMistake(
  name: string,
  objects: readonly z.ZodObject[],
  path: Path,
): Mistake {
  const shape = Object.assign({}, ...objects.map((object) => object.shape));
  const keys = Object.keys(shape).filter((key) => key !== "$schema");
  const mistake = { path: [...path, name] };
  if (!plainKey.test(name)) return { ...mistake, ...oddNameMistake(name, keys, path) };
  const home = keys.find((key) => takesKey(shape[key], name));
  if (home !== undefined) {
    return {
      ...mistake,
      message: `unknown key here; it belongs into ${home}`,
      meant: [...path, home],
    };
  }
  const nearest = nearestName(name, keys) ?? keyThatContains(name, keys);
  if (nearest !== undefined) {
    const message = `unknown key; did you mean ${nearest}?`;
    return { ...mistake, message, meant: [...path, nearest] };
  }
  return { ...mistake, message: `unknown key; expected one of ${keys.join(", ")}` };
}

/** A key and its value became one name, because no blank parts them: it may be a secret, and is not shown. */
function oddNameMistake(name: string, keys: readonly string[], path: Path) {
  const [before = "", sign] = name.split(/([^\w$-])/, 2);
  const key = keyOfSpelling(before, keys) ?? nearestName(name, keys);
  const what = sign === ":" ? "a key with a colon in it" : "a key that is no name";
  const message = `has ${what}; write ${key ?? "a key"}, a colon, a blank and the value`;
  return { message, hidesName: true, ...(key !== undefined && { meant: [...path, key] }) };
}

/** Whether one of the maps that may stand there has the key. */
function takesKey(schema: unknown, name: string): boolean {
  return objectsOf(schema).some(
    ({ shape }) => keyOfSpelling(name, Object.keys(shape)) !== undefined,
  );
}

/** People write `key`, `url` and `models`. */
function keyThatContains(name: string, keys: readonly string[]): string | undefined {
  const part = name.toLowerCase().replaceAll(/[^a-z]/g, "");
  return part.length < 3 ? undefined : keys.find((key) => key.toLowerCase().includes(part));
}
