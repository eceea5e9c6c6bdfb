import { closeSync, mkdirSync, openSync, realpathSync, statSync } from "node:fs";
import { dirname } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { migrate, schemaVerdict, schemaVersion } from "../sqlite-schema.ts";
import { busyTimeoutMs } from "./change-log.ts";
import { FileLock, signOwner } from "./file-lock.ts";

/** What a commit survives: the end of the process, or also the end of the machine. */
export type Durability = "process" | "power";

/** A file cannot serve as a queue; the message says why and what to do. */
export class UnusableFileError extends Error {
  override readonly name = "UnusableFileError";
}

/** A file that no other process can serve. */
export interface LockedFile {
  /** Where it lies, whatever links lead to it. */
  readonly path: string;
  readonly lock: FileLock;
  /** True when nothing was ever stored in it. */
  readonly isNew: boolean;
}

/** Locks a queue's file for this process, and creates an empty one if there is none. */
export function lockFile(file: string): LockedFile {
  makeFolder(dirname(file));
  if (statSync(file, { throwIfNoEntry: false })?.isDirectory()) {
    throw new UnusableFileError(`${file} is a folder. Name a file, such as ${file}/queue.sqlite`);
  }
  const isNew = !statSync(file, { throwIfNoEntry: false })?.size;
  createPrivately(file);
  // Whatever links lead to it, there is one lock.
  const path = realpathSync(file);
  createPrivately(`${path}.lock`);
  return { path, lock: new FileLock(path), isNew };
}

/** Opens a file whose lock this process has, sets it up and migrates it as needed. */
export function openDatabase(path: string, durability: Durability): DatabaseSync {
  createPrivately(path);
  const database = new DatabaseSync(path, { timeout: busyTimeoutMs });
  try {
    checkVerdict(path, database);
    setUp(database, durability);
    migrate(database);
    signOwner(database);
    return database;
  } catch (error) {
    database.close();
    throw error;
  }
}

/** Node's own recursion never ends where a file system says of a new folder that it is not there, as /proc does. */
function makeFolder(folder: string): void {
  if (statSync(folder, { throwIfNoEntry: false })) return;
  makeFolder(dirname(folder));
  try {
    mkdirSync(folder, { mode: 0o700 });
  } catch (error) {
    // Another process may have made it.
    if (!statSync(folder, { throwIfNoEntry: false })) throw error;
  }
}

/** Participants' words are for nobody else's eyes. SQLite gives its other files the same rights. */
function createPrivately(file: string): void {
  // A file that is there is not opened: closing it would end locks of this process on it.
  if (!statSync(file, { throwIfNoEntry: false })) closeSync(openSync(file, "a", 0o600));
}

function checkVerdict(file: string, database: DatabaseSync): void {
  switch (schemaVerdict(database)) {
    case "ours":
    case "empty":
      return;
    case "foreign":
      throw new UnusableFileError(`${file} is another program's database. Name another file`);
    case "newer":
      throw new UnusableFileError(
        `${file} was written by a newer version of this server; this one knows versions up to ${schemaVersion}. Run the newer server, or name another file`,
      );
  }
}

function setUp(database: DatabaseSync, durability: Durability): void {
  // The first comes before anything is written, and changes no file that is there.
  database.exec(`
    pragma auto_vacuum = incremental;
    pragma journal_mode = wal;
    pragma synchronous = ${durability === "power" ? "full" : "normal"};
    pragma fullfsync = ${durability === "power" ? "on" : "off"};
    pragma secure_delete = on;
    pragma wal_autocheckpoint = 4000;
    pragma journal_size_limit = 67108864;
    pragma temp_store = memory;
    pragma cache_size = -8192`);
}
