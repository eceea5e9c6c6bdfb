import { statSync } from "node:fs";
import type { DatabaseSync, StatementSync } from "node:sqlite";

/** How long a statement waits for another program that has the file locked. */
export const busyTimeoutMs = 5000;

/**
 * SQLite's log of changes beside a file. What was committed stands only there
 * for a while, and so does what was deleted.
 */
export class ChangeLog {
  readonly #database: DatabaseSync;
  readonly #truncate: StatementSync;
  readonly #file: FileName;
  /** Both are SQLite's own as long as it has the file open. */
  readonly #log: readonly FileName[];

  /** Of an open file that was written since it was opened. */
  constructor(database: DatabaseSync, path: string) {
    this.#database = database;
    this.#truncate = database.prepare("pragma wal_checkpoint(truncate)");
    this.#file = new FileName(path);
    this.#log = [`${path}-wal`, `${path}-shm`].map((name) => new FileName(name));
  }

  /**
   * Moves everything into the file, and leaves nothing in the log; false while
   * another program reads there, which is not waited for.
   */
  empty(): boolean {
    this.#database.exec("pragma busy_timeout = 0");
    try {
      return this.#truncate.get()?.["busy"] === 0;
    } finally {
      this.#database.exec(`pragma busy_timeout = ${busyTimeoutMs}`);
    }
  }

  /** As `empty`, but whatever fails meanwhile leaves that to a later attempt. */
  tryToEmpty(): boolean {
    try {
      return this.empty();
    } catch {
      return false;
    }
  }

  /** What another program has deleted or moved away, so that it is gone when this process ends. */
  get missing(): "file" | "log" | null {
    if (!this.#file.isThere) return "file";
    return this.#log.every(({ isThere }) => isThere) ? null : "log";
  }
}

/** A name in a folder, and the file that it led to at first. */
class FileName {
  readonly #path: string;
  readonly #inode: bigint | undefined;

  constructor(path: string) {
    this.#path = path;
    this.#inode = this.#look();
  }

  get isThere(): boolean {
    return this.#look() === this.#inode;
  }

  #look(): bigint | undefined {
    return statSync(this.#path, { throwIfNoEntry: false, bigint: true })?.ino;
  }
}
