import type { z } from "zod";
import type { ArenaConfig } from "../arena-config.ts";
import type { PartialConfig } from "../schema/arena-config-schema.ts";
import { toArenaConfig } from "../to-arena-config.ts";
import type { Mistake } from "./mistake.ts";
import { isWithin, type Path } from "./mistake.ts";
import { validParts } from "./valid-parts.ts";

/** How the parts that others know are checked. */
export interface PartChecks<Extra extends z.ZodRawShape> {
  /** Schemas of top-level keys, such as `routes`. */
  readonly extra: Extra;
  /** What is wrong between the parts, such as a route that names a profile that is not there. */
  readonly check: (config: ArenaConfig, extra: z.infer<z.ZodObject<Extra>>) => readonly Mistake[];
}

/**
 * What is wrong between the parts, as far as the rest of the file is right.
 * Nothing is said while mistakes leave it open which profiles there are and
 * which models they have.
 */
export function checkParts<Extra extends z.ZodRawShape>(
  value: unknown,
  rest: PartialConfig,
  wrong: readonly Path[],
  { extra: schemas, check }: PartChecks<Extra>,
): readonly Mistake[] {
  if (wrong.some(leavesProfilesOpen)) return [];
  const { extra, replaced } = validParts(schemas, value);
  return check(toArenaConfig(rest), extra).filter(
    ({ path }) => !replaced.some((place) => isWithin(path, place)),
  );
}

/** What of a profile decides which models it has. */
const deciding: ReadonlySet<unknown> = new Set([
  "name",
  "provider",
  "allowedModels",
  "llmModels",
  "embeddingModels",
]);
const decidingAccess: ReadonlySet<unknown> = new Set(["deployments", "endpoints"]);

function leavesProfilesOpen([part, , key, inner]: Path): boolean {
  if (part !== "profiles") return false;
  if (key === "accessInfo") return inner === undefined || decidingAccess.has(inner);
  return key === undefined || deciding.has(key);
}
