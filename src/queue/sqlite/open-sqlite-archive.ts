import { statSync } from "node:fs";
import { resolve } from "node:path";
import { DatabaseSync, type StatementSync } from "node:sqlite";
import { ConfigurationError } from "../../errors/arena-error.ts";
import type { SessionArchive } from "../archive/session-archive.ts";
import { type ArchiveDatabase, SqlArchive } from "../archive/sql-archive.ts";
import { releaseReserve } from "./file/disk-room.ts";
import { explainFailure, explainOpening, isNoRoom } from "./sqlite-failure.ts";
import { type SchemaVerdict, schemaVerdict } from "./sqlite-schema.ts";

/**
 * Opens what a queue keeps in a file, also while a server uses it.
 * @throws ConfigurationError when there is no such file, or none of a queue
 */
export function openSqliteArchive(file: string): SessionArchive {
  const path = resolve(file);
  return new SqlArchive(new SqliteArchiveDatabase(path, open(path)));
}

class SqliteArchiveDatabase implements ArchiveDatabase {
  readonly input = "(select request from arena_inputs where arena_inputs.id = arena_requests.id)";
  readonly #path: string;
  readonly #database: DatabaseSync;
  readonly #statements = new Map<string, StatementSync>();

  constructor(path: string, database: DatabaseSync) {
    this.#path = path;
    this.#database = database;
  }

  async query(sql: string, parameters: readonly (string | number)[]) {
    try {
      return this.#query(sql, parameters);
    } catch (error) {
      if (!isNoRoom(error)) throw new Error(explainFailure(this.#path, error), { cause: error });
    }
    // Deleting takes some room as well, and there is a reserve of it.
    releaseReserve(this.#path);
    await this.afterDelete();
    try {
      return this.#query(sql, parameters);
    } catch (error) {
      throw new Error(explainFailure(this.#path, error), { cause: error });
    }
  }

  #query(sql: string, parameters: readonly (string | number)[]) {
    let statement = this.#statements.get(sql);
    if (!statement) {
      statement = this.#database.prepare(sql);
      this.#statements.set(sql, statement);
    }
    const named = parameters.map((value, place) => [String(place + 1), value] as const);
    return statement.all(Object.fromEntries(named));
  }

  async afterDelete(): Promise<void> {
    // Its words are still in the log of changes. While others read there it is left to them.
    try {
      this.#database.exec("pragma wal_checkpoint(truncate)");
    } catch (error) {
      if (!isNoRoom(error)) throw new Error(explainFailure(this.#path, error), { cause: error });
      releaseReserve(this.#path);
      this.#database.exec("pragma wal_checkpoint(truncate)");
    }
  }

  async close(): Promise<void> {
    if (this.#database.isOpen) this.#database.close();
  }
}

function open(path: string): DatabaseSync {
  let database: DatabaseSync | undefined;
  try {
    const found = statSync(path, { throwIfNoEntry: false });
    if (!found?.isFile()) throw wrong(path, found ? complaints.noFile : complaints.missing);
    database = new DatabaseSync(path, { timeout: 5000 });
    // What is deleted is overwritten.
    database.exec("pragma secure_delete = on");
    const verdict = schemaVerdict(database);
    if (verdict !== "ours") throw wrong(path, complaints[verdict]);
    return database;
  } catch (error) {
    database?.close();
    if (error instanceof ConfigurationError) throw error;
    throw wrong(path, explainOpening(path, error), error);
  }
}

const complaints = {
  missing: "there is no such file. Name the one that the server's QUEUE_URL names",
  noFile: "it is no file. Name the file of a queue, such as queue.sqlite in it",
  empty: "nothing was ever kept in it",
  foreign: "it is another program's database",
  newer: "a newer version of this server wrote it. Use that one's command",
} as const satisfies Readonly<
  Record<Exclude<SchemaVerdict, "ours"> | "missing" | "noFile", string>
>;

function wrong(path: string, message: string, cause?: unknown): ConfigurationError {
  return new ConfigurationError([{ name: path, message }], { cause });
}
