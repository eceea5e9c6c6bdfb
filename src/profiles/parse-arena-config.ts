import { z } from "zod";
import { ConfigurationError, type ConfigurationProblem } from "../errors/configuration-error.ts";
import type { ArenaConfig } from "./arena-config.ts";
import { arenaConfigSchema, WrittenConfig } from "./arena-config-schema.ts";
import type { KeyChecks } from "./check-keys.ts";
import { deepFrozen } from "./deep-frozen.ts";
import { findMistakes } from "./find-mistakes.ts";
import type { Mistake } from "./mistake.ts";
import { formatPlace } from "./place.ts";
import { readYaml } from "./read-yaml.ts";
import { respell } from "./respell.ts";
import { toArenaConfig } from "./to-arena-config.ts";

/** What others know of the file. */
export interface ArenaConfigParts<Extra extends z.ZodRawShape> extends KeyChecks {
  /** Schemas of top-level keys, such as `routes`. */
  readonly extra: Extra;
  /** What is wrong between the parts, such as a route that names a profile that is not there. */
  readonly check: (config: ArenaConfig, extra: z.infer<z.ZodObject<Extra>>) => readonly Mistake[];
}

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
      .map(({ path, message }) => {
        const written = respelled.writtenPath(path);
        const line = yaml.lineOf(written);
        return { line, name: formatPlace(written) || file, message: `${message} (line ${line})` };
      })
      .toSorted((one, other) => one.line - other.line)
      .map(({ name, message }) => ({ name, message }));
  const problems = [...yaml.problems, ...toProblems(findMistakes(respelled, schema, parts))];
  if (problems.length > 0) throw new ConfigurationError(problems);
  const config = toArenaConfig(WrittenConfig.parse(respelled.value));
  const extra = z.object(parts.extra).parse(respelled.value);
  const between = parts.check(config, extra);
  if (between.length > 0) throw new ConfigurationError(toProblems(between));
  return deepFrozen({ config, extra });
}
