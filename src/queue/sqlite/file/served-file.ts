import type { DatabaseSync } from "node:sqlite";
import { isOfData } from "../../data-error.ts";
import { openDatabase, openStoreFile, type StoreFile } from "../open-store-file.ts";
import { explainFailure } from "../sqlite-failure.ts";
import { lastRowOf } from "../sqlite-schema.ts";
import type { FileEvent, StoreCall, ThreadData, ThreadReply } from "../store-calls.ts";
import { StoreRows } from "../store-rows.ts";
import { ChangeLog } from "./change-log.ts";
import { RowMark } from "./row-mark.ts";

/** A queue's file while it is open: does calls on its rows, and looks after the file itself. */
export class ServedFile {
  readonly #data: ThreadData;
  readonly #tell: (event: FileEvent) => void;
  readonly #file: Omit<StoreFile, "database">;
  readonly #mark: RowMark;
  #database: DatabaseSync;
  #rows: StoreRows;
  #log: ChangeLog;

  /** Opens the file. */
  constructor(data: ThreadData, tell: (event: FileEvent) => void) {
    this.#data = data;
    this.#tell = tell;
    const { database, ...file } = openStoreFile(data.file, data.durability);
    this.#file = file;
    this.#database = database;
    this.#mark = new RowMark(`${file.path}.mark`);
    try {
      this.#log = new ChangeLog(database, file.path);
      this.#rows = new StoreRows(database, data.options);
      this.#countMissing();
      if (data.freesRows) this.#rows.run([{ name: "free" }]);
      // A process that was killed may have left there what it had deleted.
      this.#log.empty();
    } catch (error) {
      this.#release();
      throw error;
    }
  }

  /** Does the calls, all in one transaction if it can be. Replies have their order. */
  do(calls: readonly StoreCall[]): readonly ThreadReply[] {
    try {
      const done = this.#rows.run(calls);
      this.#afterwards(calls);
      return [{ kind: "done", ...done }];
    } catch (error) {
      const isDataAtFault = isOfData(error);
      // What one call carries must not keep the others from what they want.
      if (isDataAtFault && calls.length > 1) return calls.flatMap((call) => this.do([call]));
      const message = explainFailure(this.#data.file, error);
      return [{ kind: "failed", count: calls.length, message, isOfData: isDataAtFault }];
    }
  }

  /** Frees what is held. */
  close(): void {
    try {
      this.#rows.run([{ name: "free" }]);
      this.#erase();
    } catch {
      // The next start frees it.
    } finally {
      this.#release();
    }
  }

  /** Before anybody hears that the calls are done: what is done stays. */
  #afterwards(calls: readonly StoreCall[]): void {
    if (this.#log.missing !== null) this.#putBack();
    this.#mark.row = Math.max(this.#mark.row, this.#rows.lastRow);
    if (calls.some(({ name }) => name === "sweep")) this.#erase();
  }

  /** What was deleted leaves the log as well, or does so at the next sweep. */
  #erase(): void {
    try {
      if (this.#rows.hasDeleted && this.#log.empty()) this.#rows.hasDeleted = false;
    } catch {
      // Whatever it is, the calls meet it as well, and say so.
    }
  }

  /** What another program deleted has no name any more, but this process has it still: all is saved. */
  #putBack(): void {
    const { file } = this.#data;
    const { path } = this.#file;
    const isFileGone = this.#log.missing === "file";
    if (isFileGone) this.#database.prepare("vacuum into ?").run(path);
    else this.#log.empty();
    const { lastRow } = this.#rows;
    this.#database.close();
    this.#open(openDatabase(path, this.#data.durability));
    this.#mark.row = Math.max(this.#mark.row, lastRow);
    const what = isFileGone ? file : `the log of changes of ${file} (-wal, -shm)`;
    const message = `${what} was deleted or moved away while this server used it. Nothing is lost, it is there again: leave a queue's files alone until the server has stopped`;
    this.#tell({ name: "mended", message });
  }

  #open(database: DatabaseSync): void {
    this.#database = database;
    this.#log = new ChangeLog(database, this.#file.path);
    this.#rows = new StoreRows(database, this.#data.options);
  }

  /** Rows that were stored once and are neither there nor deleted. */
  #countMissing(): void {
    const { file } = this.#data;
    const last = lastRowOf(this.#database);
    const count = this.#mark.row - last;
    this.#mark.row = last;
    // Whoever deletes a whole file while no server uses it wants that.
    if (count <= 0 || this.#file.isNew) return;
    const message = `${file} lacks the last ${count} of the requests that were stored in it: its log of changes (${file}-wal) was deleted, or the file is an older copy. Nobody answers these; whoever waits for one has to send it again. Keep a queue's files together, and leave them alone while a server uses them`;
    this.#tell({ name: "lost", count, message });
  }

  #release(): void {
    this.#database.close();
    this.#mark.close();
    this.#file.lock.release();
  }
}
