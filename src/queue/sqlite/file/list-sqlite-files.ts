import { readdirSync } from "node:fs";
import { resolve } from "node:path";
import { ConfigurationError } from "../../../errors/arena-error.ts";
import { messageOf } from "../../../text/reason-of.ts";

/**
 * The paths of the files of queues in a folder, by name; none if there is no such folder.
 * @throws ConfigurationError when it is there and cannot be read
 */
export function listSqliteFiles(folder: string): readonly string[] {
  try {
    return readdirSync(folder, { withFileTypes: true })
      .filter((entry) => entry.isFile() && entry.name.endsWith(".sqlite"))
      .map((entry) => resolve(folder, entry.name))
      .toSorted();
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return [];
    const message = `${folder} cannot be read (${messageOf(error)}); name a folder that this user can read`;
    throw new ConfigurationError([{ name: "SHARED_FOLDER_PATH", message }], { cause: error });
  }
}
