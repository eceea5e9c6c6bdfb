import { readEnvironment } from "../config/environment.ts";
import { formatModels, listModels } from "../models/list-models.ts";
import { models } from "../models/registry.ts";

/** Prints the built-in models, what each needs, and whether it is set. */
export async function printModels(): Promise<number> {
  const rows = listModels(models, readEnvironment());
  process.stdout.write(`${formatModels(rows)}\n`);
  return 0;
}
