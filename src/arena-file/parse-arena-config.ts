import { z } from "zod";
import { ConfigurationError, type ConfigurationProblem } from "../errors/arena-error.ts";
import type { ArenaConfig } from "./arena-config.ts";
import { type Checks, findMistakes } from "./mistakes/find-mistakes.ts";
import { formatPlace, type Mistake } from "./mistakes/mistake.ts";
import { respell } from "./mistakes/respell.ts";
import { readYaml } from "./read-yaml.ts";
import { arenaConfigSchema, PartialConfig } from "./schema/arena-config-schema.ts";
import { toArenaConfig } from "./to-arena-config.ts";

/** What others know of the file. */
export type ArenaConfigParts<Extra extends z.ZodRawShape> = Checks<Extra>;

/** Profiles and scopes, and the parts that others know. */
export interface ParsedConfig<Extra extends z.ZodRawShape> {
  readonly config: ArenaConfig;
  readonly extra: z.infer<z.ZodObject<Extra>>;
}

/**
 * Reads the text of an `arena.yaml` or `arena.json`; `file` is what messages call it.
 * @throws ConfigurationError with every problem at once, each with its place
 */
export function parseArenaConfig<Extra extends z.ZodRawShape>(
  text: string,
  file: string,
  parts: ArenaConfigParts<Extra>,
): ParsedConfig<Extra> {
  const yaml = readYaml(text, file);
  if (!yaml.isUsable) throw new ConfigurationError(yaml.problems);
  const schema = arenaConfigSchema(parts.extra);
  const respelled = respell(yaml.value ?? {}, schema);
  const toProblems = (mistakes: readonly Mistake[]): ConfigurationProblem[] =>
    mistakes
      .map(({ path, message, hidesName }) => {
        const written = respelled.writtenPath(path);
        const line = yaml.lineOf(written);
        const place = formatPlace(hidesName ? written.slice(0, -1) : written);
        return { line, name: place || file, message: `${message} (line ${line})` };
      })
      .toSorted((one, other) => one.line - other.line)
      .map(({ name, message }) => ({ name, message }));
  const problems = [...yaml.problems, ...toProblems(findMistakes(respelled, schema, parts))];
  if (problems.length > 0) throw new ConfigurationError(problems);
  const config = toArenaConfig(PartialConfig.parse(respelled.value));
  const extra = z.object(parts.extra).parse(respelled.value);
  return deepFrozen({ config, extra });
}

/** Freezes a value of maps and lists with everything in it, and returns it. */
function deepFrozen<Value>(value: Value): Value {
  if (typeof value === "object" && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value);
    for (const inner of Object.values(value)) deepFrozen(inner);
  }
  return value;
}
