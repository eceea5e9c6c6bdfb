import { readdirSync } from "node:fs";
import { resolve } from "node:path";

/** The paths of the files of queues in a folder, by name; none if there is no such folder. */
export function listSqliteFiles(folder: string): readonly string[] {
  try {
    return readdirSync(folder, { withFileTypes: true })
      .filter((entry) => entry.isFile() && entry.name.endsWith(".sqlite"))
      .map((entry) => resolve(folder, entry.name))
      .toSorted();
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return [];
    throw error;
  }
}
