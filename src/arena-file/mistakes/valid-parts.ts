import { z } from "zod";
import { entryOf, itemOf, objectsOf } from "../schema/unwrap-schema.ts";
import type { Path } from "./mistake.ts";
import { schemaMistakes } from "./schema-mistakes.ts";

/** What is right of the parts that others know. */
interface ValidParts<Extra extends z.ZodRawShape> {
  readonly extra: z.infer<z.ZodObject<Extra>>;
  /** Places where something else stands now, so that nothing that is found there is true. */
  readonly replaced: readonly Path[];
}

/**
 * Reads what is right of the parts that others know. Places stay: an item of a
 * list that cannot be mended gives way to another one of the list, under a name
 * that nobody has.
 */
export function validParts<Extra extends z.ZodRawShape>(
  extra: Extra,
  value: unknown,
): ValidParts<Extra> {
  const mending = new Mending();
  const mended = mending.mendMap(value, (key) => extra[key], []);
  return { extra: validPart(z.object(extra), mended), replaced: mending.replaced };
}

class Mending {
  readonly replaced: Path[] = [];

  /** What is left of a value when what is wrong within it is taken away; undefined when that is no way to mend it. */
  #mend(value: unknown, schema: unknown, path: Path): unknown {
    if (!(schema instanceof z.ZodType)) return undefined;
    if (schema.safeParse(value).success) return value;
    const item = itemOf(schema);
    const mended =
      Array.isArray(value) && item
        ? this.#mendList(value, item, path)
        : this.mendMap(withoutWrongNames(value, schema), (key) => schemaBelow(schema, key), path);
    return schema.safeParse(mended).success ? mended : undefined;
  }

  #mendList(list: readonly unknown[], item: unknown, path: Path): unknown[] {
    const mended = list.map((one, index) => this.#mend(one, item, [...path, index]));
    return mended.map((one, index) => {
      if (one !== undefined) return one;
      this.replaced.push([...path, index]);
      const other = mended.findLast((good, place) => good !== undefined && place < index);
      return renamed(other ?? mended.find((good) => good !== undefined), index);
    });
  }

  mendMap(value: unknown, schemaOf: (key: string) => unknown, path: Path): object {
    if (!isMap(value)) return {};
    const entries = Object.entries(value).map(([key, one]) => [
      key,
      this.#mend(one, schemaOf(key), [...path, key]),
    ]);
    return Object.fromEntries(entries.filter(([, one]) => one !== undefined));
  }
}

/** A map with free keys, without those whose name itself is wrong. */
function withoutWrongNames(value: unknown, schema: z.ZodType): unknown {
  if (!isMap(value) || !entryOf(schema)) return value;
  const wrong = schemaMistakes(schema, value).map(({ path }) => (path.length === 1 ? path[0] : ""));
  return Object.fromEntries(Object.entries(value).filter(([key]) => !wrong.includes(key)));
}

function schemaBelow(schema: unknown, key: string): unknown {
  return (
    entryOf(schema) ??
    objectsOf(schema)
      .map(({ shape }) => shape[key])
      .find(Boolean)
  );
}

/** No name that people write holds this character. */
function renamed(item: unknown, index: number): unknown {
  return isMap(item) && "name" in item ? { ...item, name: `\0${index}` } : item;
}

/**
 * Reads what is right of a value: whatever does not fit the schema is left out,
 * so that what depends on the rest can still be checked. The schema has to
 * take the value with nothing in it.
 */
export function validPart<Schema extends z.ZodType>(
  schema: Schema,
  value: unknown,
): z.output<Schema> {
  let rest = structuredClone(value);
  for (;;) {
    const result = schema.safeParse(rest);
    if (result.success) return result.data;
    for (const issue of result.error.issues) rest = without(rest, issue.path.map(toStep));
  }
}

const toStep = (step: PropertyKey) => (typeof step === "number" ? step : String(step));

/** Takes away the nearest key that is there. What stands in a list becomes an empty map first: places stay. */
function without(value: unknown, path: Path): unknown {
  for (let length = path.length; length > 0; length--) {
    const key = path[length - 1];
    const holder = path.slice(0, length - 1).reduce(step, value);
    if (typeof key === "number" && Array.isArray(holder) && !isEmptyMap(holder[key])) {
      holder[key] = {};
      return value;
    }
    if (typeof key === "string" && isMap(holder) && Object.hasOwn(holder, key)) {
      delete holder[key];
      return value;
    }
  }
  return {};
}

function step(value: unknown, key: string | number): unknown {
  if (Array.isArray(value)) return value[Number(key)];
  return isMap(value) && Object.hasOwn(value, key) ? value[key] : undefined;
}

function isEmptyMap(value: unknown): boolean {
  return isMap(value) && Object.keys(value).length === 0;
}

function isMap(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
