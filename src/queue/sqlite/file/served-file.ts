import { isOfData } from "../../data-error.ts";
import { openStoreFile, type StoreFile } from "../open-store-file.ts";
import { explainFailure } from "../sqlite-failure.ts";
import type { StoreCall, ThreadData, ThreadReply } from "../store-calls.ts";
import { StoreRows } from "../store-rows.ts";
import { ChangeLog } from "./change-log.ts";

/** A queue's file while it is open: does calls on its rows, and looks after the file itself. */
export class ServedFile {
  readonly #data: ThreadData;
  readonly #file: StoreFile;
  readonly #rows: StoreRows;
  readonly #log: ChangeLog;

  /** Opens the file. */
  constructor(data: ThreadData) {
    this.#data = data;
    this.#file = openStoreFile(data.file, data.durability);
    try {
      this.#log = new ChangeLog(this.#file.database);
      this.#rows = new StoreRows(this.#file.database, data.options);
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
      if (calls.some(({ name }) => name === "sweep")) this.#erase();
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

  /** What was deleted leaves the log as well, or does so at the next sweep. */
  #erase(): void {
    try {
      if (this.#rows.hasDeleted && this.#log.empty()) this.#rows.hasDeleted = false;
    } catch {
      // Whatever it is, the calls meet it as well, and say so.
    }
  }

  #release(): void {
    this.#file.database.close();
    this.#file.lock.release();
  }
}
