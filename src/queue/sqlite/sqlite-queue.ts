import { join } from "node:path";
import { ConfigurationError } from "../../errors/arena-error.ts";
import type { SessionArchive } from "../archive/session-archive.ts";
import type { QueueOptions } from "../queue-options.ts";
import type { RequestQueue } from "../request-queue.ts";
import { sessionKeyOf } from "../stored/row-keys.ts";
import { createStoredQueue } from "../stored/stored-queue.ts";
import { listSqliteFiles } from "./file/list-sqlite-files.ts";
import { openSqliteArchive } from "./open-sqlite-archive.ts";
import { SqliteStore } from "./sqlite-store.ts";

/** Longer names of files are refused by most file systems. */
const maxNameLength = 200;

/** A queue whose rows lie in a file that one process serves. */
export function createQueue(options: QueueOptions): RequestQueue {
  const { url, folder, modelID, durability, logger } = options;
  const file = pathIn(url) ?? join(folder, `${fileNameOf(modelID)}.sqlite`);
  return createStoredQueue(
    options,
    (storeOptions) => new SqliteStore({ ...storeOptions, file, durability, logger }),
  );
}

/**
 * What queues of this URL have kept: of its file, or of all files in the folder.
 * @throws ConfigurationError when there is none
 */
export async function openArchives(
  url: string,
  folder: string,
): Promise<readonly SessionArchive[]> {
  const path = pathIn(url);
  const files = path === null ? listSqliteFiles(folder) : [path];
  if (files.length === 0) {
    const message = `no *.sqlite in ${folder}. Has a server run here? Name another folder with SHARED_FOLDER_PATH, or the queue itself with QUEUE_URL`;
    throw new ConfigurationError([{ name: "SHARED_FOLDER_PATH", message }]);
  }
  return files.map(openSqliteArchive);
}

/** The path in `sqlite:PATH` or `sqlite://PATH`; null if it names none. */
function pathIn(url: string): string | null {
  return url.slice("sqlite:".length).replace(/^\/\//, "") || null;
}

/** Several models may share a folder. */
function fileNameOf(modelID: string): string {
  const name = encodeURIComponent(modelID.toWellFormed());
  return name.length <= maxNameLength ? name : sessionKeyOf(modelID);
}
