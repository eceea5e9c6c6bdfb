import { z } from "zod";
import type { Path } from "./place.ts";
import { salvage } from "./salvage.ts";
import { schemaMistakes } from "./schema-mistakes.ts";
import { entryOf, itemOf, objectsOf } from "./unwrap-schema.ts";

/** What is right of the parts that others know. */
interface SalvagedParts<Extra extends z.ZodRawShape> {
  readonly extra: z.infer<z.ZodObject<Extra>>;
  /** Places where something else stands now, so that nothing that is found there is true. */
  readonly replaced: readonly Path[];
}

/**
 * Reads what is right of the parts that others know. Places stay: an item of a
 * list that cannot be mended gives way to another one of the list, under a name
 * that nobody has.
 */
export function salvageParts<Extra extends z.ZodRawShape>(
  extra: Extra,
  value: unknown,
): SalvagedParts<Extra> {
  const mending = new Mending();
  const mended = mending.mendMap(value, (key) => extra[key], []);
  return { extra: salvage(z.object(extra), mended), replaced: mending.replaced };
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

function isMap(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
