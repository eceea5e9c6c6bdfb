import { hostname } from "node:os";
import { DatabaseSync } from "node:sqlite";

/** A file is in use by another process, or by another queue of this one. */
export class FileInUseError extends Error {
  override readonly name = "FileInUseError";
}

/**
 * Keeps other processes from serving a file, as long as this one lives: the
 * operating system ends the lock with the process. The lock is on a file
 * beside it, so that everybody can read the file itself. That one stays, empty:
 * whoever deleted it could take another process' lock with it.
 */
export class FileLock {
  readonly #lock: DatabaseSync;

  /** @throws FileInUseError that says who has the lock */
  constructor(file: string) {
    this.#lock = new DatabaseSync(`${file}.lock`, { timeout: 0 });
    try {
      // The transaction is never ended and never writes; a journal would need room on the disk.
      this.#lock.exec("pragma journal_mode = memory; begin exclusive");
    } catch (error) {
      this.#lock.close();
      const isBusy = error instanceof Error && "errcode" in error && error.errcode === 5;
      throw isBusy ? new FileInUseError(inUse(file), { cause: error }) : error;
    }
  }

  release(): void {
    this.#lock.close();
  }
}

/** Writes down for people which process has the lock. */
export function signOwner(database: DatabaseSync): void {
  database
    .prepare("insert or replace into arena_owner (id, pid, host, since) values (1, ?, ?, ?)")
    .run(process.pid, hostname(), Date.now());
}

function inUse(file: string): string {
  const owner = ownerOf(file) ?? "another process";
  return `${file} is in use by ${owner}, and only one process can have it. Stop that one, name another file, or share a queue in Postgres (QUEUE_URL=postgres://…)`;
}

function ownerOf(file: string): string | null {
  try {
    const database = new DatabaseSync(file, { readOnly: true });
    try {
      const row = database.prepare("select pid, host, since from arena_owner").get();
      if (!row) return null;
      const since = new Date(Number(row["since"])).toISOString();
      return `process ${row["pid"]} on ${row["host"]} since ${since}`;
    } finally {
      database.close();
    }
  } catch {
    // It has not written its name yet, or the file cannot be read: the lock says enough.
    return null;
  }
}
