// Writes schema/arena.schema.json: what editors know of arena.yaml.
import { execFileSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { z } from "zod";
import { configParts } from "../src/access/config-parts.ts";
import { arenaConfigSchema } from "../src/arena-file/schema/arena-config-schema.ts";
import { spellingsOf } from "../src/arena-file/schema/spellings.ts";

/** The part of JSON schema that is touched here. */
interface ObjectSchema {
  properties?: Record<string, unknown>;
  patternProperties?: Record<string, unknown>;
  required?: string[];
  allOf?: unknown[];
}

const schema = z.toJSONSchema(arenaConfigSchema(configParts.extra), {
  target: "draft-07",
  io: "input",
  reused: "ref",
  unrepresentable: "any",
  override: ({ jsonSchema }) => allowSpellings(jsonSchema as ObjectSchema),
});

mkdirSync("schema", { recursive: true });
writeFileSync(
  "schema/arena.schema.json",
  `${JSON.stringify(
    {
      $comment: 'Written by "npm run generate" from the schemas in src. DO NOT EDIT.',
      title: "arena.yaml",
      description: "Profiles, who may use them, routes and prices of an arena model server.",
      ...schema,
    },
    null,
    2,
  )}\n`,
);
execFileSync("biome", ["format", "--write", "schema"]);

/**
 * Lets each key stand in the documents' spellings as well. They are patterns, so
 * that editors take them but propose only ours.
 */
function allowSpellings(object: ObjectSchema): void {
  if (!object.properties) return;
  const others: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(object.properties)) {
    const [, ...spellings] = spellingsOf(key);
    if (key !== "$schema") others[`^(?:${spellings.join("|")})$`] = value;
  }
  object.patternProperties = others;
  const required = object.required ?? [];
  delete object.required;
  if (required.length === 0) return;
  object.allOf = required.map((key) => ({
    anyOf: spellingsOf(key).map((spelling) => ({ required: [spelling] })),
  }));
}
