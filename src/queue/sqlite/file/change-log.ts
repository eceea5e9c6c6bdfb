import type { DatabaseSync, StatementSync } from "node:sqlite";

/** How long a statement waits for another program that has the file locked. */
export const busyTimeoutMs = 5000;

/** SQLite's log of changes beside a file, in which also stands what was deleted meanwhile. */
export class ChangeLog {
  readonly #database: DatabaseSync;
  readonly #truncate: StatementSync;

  constructor(database: DatabaseSync) {
    this.#database = database;
    this.#truncate = database.prepare("pragma wal_checkpoint(truncate)");
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
}
