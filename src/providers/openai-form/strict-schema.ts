import { z } from "zod";

const Node = z.looseObject({
  type: z.unknown().optional(),
  properties: z.record(z.string(), z.unknown()).optional(),
  required: z.array(z.string()).optional(),
  additionalProperties: z.unknown().optional(),
});

/**
 * Whether OpenAI can bind answers to a JSON schema: every object of it names
 * all its fields as required and allows no others.
 */
export function isStrictSchema(schema: unknown): boolean {
  if (Array.isArray(schema)) return schema.every(isStrictSchema);
  const read = Node.safeParse(schema);
  if (!read.success) return true;
  const { type, properties = {}, required = [], additionalProperties, ...rest } = read.data;
  const isObject = type === "object" || read.data.properties !== undefined;
  const names = Object.keys(properties);
  if (
    isObject &&
    (additionalProperties !== false || names.some((name) => !required.includes(name)))
  )
    return false;
  return [...Object.values(properties), ...Object.values(rest)].every(isStrictSchema);
}
