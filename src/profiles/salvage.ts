import type { z } from "zod";
import type { Path } from "./place.ts";

/**
 * Reads what is right of a value: whatever does not fit the schema is left out,
 * so that what depends on the rest can still be checked. The schema has to
 * take the value with nothing in it.
 */
export function salvage<Schema extends z.ZodType>(
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
