import type { z } from "zod";
import { nearestName } from "../../text/nearest-name.ts";
import { keyOfSpelling } from "../schema/spellings.ts";
import { entryOf, itemOf, objectsOf, takesText } from "../schema/unwrap-schema.ts";
import { type Mistake, type Path, plainKey } from "./mistake.ts";

/** What was written, in our spelling of the keys. */
export interface Respelled {
  readonly value: unknown;
  readonly mistakes: readonly Mistake[];
  /** Where a place of ours stands in the file, in the file's spelling. */
  writtenPath(path: Path): Path;
}

/**
 * Turns every key into our spelling of it, as far as the schema reaches. Keys
 * that the schema does not know, and keys that stand there in two spellings,
 * are left out and reported.
 */
export function respell(value: unknown, schema: z.ZodType): Respelled {
  const respelling = new Respelling();
  const respelled = respelling.walk(value, schema, { own: [], written: [] });
  return {
    value: respelled,
    mistakes: respelling.mistakes,
    writtenPath: (path) => respelling.writtenPath(path),
  };
}

const unquoted =
  'expected text, got a map: YAML reads {…} as one; put it in quotes, such as "{Env:NAME}"';

/** A place in our spelling and in the file's. */
interface Place {
  readonly own: Path;
  readonly written: Path;
}

class Respelling {
  readonly mistakes: Mistake[] = [];
  readonly #places = new Map<string, Path>();

  walk(value: unknown, schema: unknown, place: Place): unknown {
    this.#places.set(JSON.stringify(place.own), place.written);
    if (Array.isArray(value)) {
      const item = itemOf(schema);
      return value.map((one, index) => this.walk(one, item, below(place, index)));
    }
    if (typeof value !== "object" || value === null) return value;
    const objects = objectsOf(schema);
    if (isUnquotedText(value, schema, objects)) {
      this.mistakes.push({ path: place.own, message: unquoted, meant: place.own });
      return undefined;
    }
    if (objects.length > 0) return this.#walkKeys(value, objects, place);
    const inner = entryOf(schema);
    return Object.fromEntries(
      Object.entries(value).map(([key, one]) => [key, this.walk(one, inner, below(place, key))]),
    );
  }

  writtenPath(path: Path): Path {
    for (let length = path.length; length > 0; length--) {
      const found = this.#places.get(JSON.stringify(path.slice(0, length)));
      if (found) return [...found, ...path.slice(length)];
    }
    return path;
  }

  #walkKeys(value: object, objects: readonly z.ZodObject[], place: Place): object {
    const seen = new Map<string, string>();
    const entries: [string, unknown][] = [];
    for (const [name, one] of Object.entries(value)) {
      const key = keyOfSpelling(name, keysOf(objects));
      const other = key === undefined ? undefined : seen.get(key);
      if (key === undefined) {
        this.#refuse(below(place, name), unknownKeyMistake(name, objects, place.own));
      } else if (other !== undefined) {
        const message = `is the same as ${other}, which stands there as well; keep one`;
        this.#refuse(below(place, name), { path: [...place.own, name], message });
      } else {
        seen.set(key, name);
        const schema = objects.map(({ shape }) => shape[key]).find(Boolean);
        const inner = { own: [...place.own, key], written: [...place.written, name] };
        entries.push([key, this.walk(one, schema, inner)]);
      }
    }
    return Object.fromEntries(entries);
  }

  #refuse(place: Place, mistake: Mistake): void {
    this.#places.set(JSON.stringify(place.own), place.written);
    this.mistakes.push(mistake);
  }
}

/** Where text may stand as well, a map of strange keys is text whose quotes were forgotten. */
function isUnquotedText(value: object, schema: unknown, objects: readonly z.ZodObject[]): boolean {
  const keys = keysOf(objects);
  return (
    takesText(schema) && !Object.keys(value).some((name) => keyOfSpelling(name, keys) !== undefined)
  );
}

function keysOf(objects: readonly z.ZodObject[]): string[] {
  return [...new Set(objects.flatMap(({ shape }) => Object.keys(shape)))];
}

function below({ own, written }: Place, step: string | number): Place {
  return { own: [...own, step], written: [...written, step] };
}

/** Says that a key is not known there, and which one was meant, where it belongs, or which there are. */
function unknownKeyMistake(name: string, objects: readonly z.ZodObject[], path: Path): Mistake {
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
