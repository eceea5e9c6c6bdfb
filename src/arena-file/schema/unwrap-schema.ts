import { z } from "zod";

/** The schema of what is written, without "optional", defaults and what reads it into another form. */
export function unwrapSchema(schema: unknown): unknown {
  let inner = schema;
  for (;;) {
    if (
      inner instanceof z.ZodOptional ||
      inner instanceof z.ZodExactOptional ||
      inner instanceof z.ZodNullable ||
      inner instanceof z.ZodDefault ||
      inner instanceof z.ZodPrefault ||
      inner instanceof z.ZodReadonly
    ) {
      inner = inner.def.innerType;
    } else if (inner instanceof z.ZodPipe) {
      inner = inner.def.in instanceof z.ZodTransform ? inner.def.out : inner.def.in;
    } else {
      return inner;
    }
  }
}

/** The maps with fixed keys that a schema takes: none, one, or several in a union. */
export function objectsOf(schema: unknown): readonly z.ZodObject[] {
  const inner = unwrapSchema(schema);
  if (inner instanceof z.ZodObject) return [inner];
  return inner instanceof z.ZodUnion ? inner.def.options.flatMap(objectsOf) : [];
}

/** The schema of a list's items, of whatever kind the list is. */
export function itemOf(schema: unknown): unknown {
  const inner = unwrapSchema(schema);
  if (inner instanceof z.ZodArray) return inner.def.element;
  return inner instanceof z.ZodUnion ? inner.def.options.map(itemOf).find(Boolean) : undefined;
}

/** The schema of the values of a map with free keys. */
export function entryOf(schema: unknown): unknown {
  const inner = unwrapSchema(schema);
  if (inner instanceof z.ZodRecord) return inner.def.valueType;
  return inner instanceof z.ZodUnion ? inner.def.options.map(entryOf).find(Boolean) : undefined;
}

/** Whether text may stand there. */
export function takesText(schema: unknown): boolean {
  const inner = unwrapSchema(schema);
  if (inner instanceof z.ZodString) return true;
  return inner instanceof z.ZodUnion && inner.def.options.some(takesText);
}
