import {
  closeSync,
  openSync,
  readFileSync,
  rmSync,
  statfsSync,
  writeFileSync,
  writeSync,
} from "node:fs";
import { messageOf } from "../../../text/reason-of.ts";
import type { RequestKey } from "../../request-queue.ts";
import { isOfData, NoRoomError } from "../../stored/store-errors.ts";
import { type Done, StoreRows } from "../rows/store-rows.ts";
import { explainFailure, explainFull, isNoRoom, isOfDamage } from "../sqlite-failure.ts";
import { lastRowOf } from "../sqlite-schema.ts";
import {
  bringsRows,
  bytesOf,
  type FileEvent,
  type StoreCall,
  type ThreadData,
  type ThreadReply,
} from "../store-calls.ts";
import { ChangeLog } from "./change-log.ts";
import { DiskRoom, type DiskSpace, releaseReserve } from "./disk-room.ts";
import type { FileLock } from "./file-lock.ts";
import { Fullness } from "./fullness.ts";
import { lockFile, openDatabase } from "./open-store-file.ts";
import { putAside, validPart } from "./replace-damaged.ts";

/** Digits of the largest whole number. */
const width = 16;

/**
 * The number of the last row that was stored, in a file of its own: whoever
 * opens the queue's file can tell whether rows are missing at its end.
 */
class RowMark {
  readonly #handle: number;
  #row: number;

  constructor(path: string) {
    closeSync(openSync(path, "a", 0o600));
    this.#row = Number.parseInt(readFileSync(path, "latin1"), 10) || 0;
    this.#handle = openSync(path, "r+");
  }

  get row(): number {
    return this.#row;
  }

  set row(row: number) {
    if (row === this.#row) return;
    this.#row = row;
    try {
      writeSync(this.#handle, String(row).padStart(width, "0"), 0);
    } catch {
      // A disk that is full or broken is told of by others; an older mark says less, and nothing wrong.
    }
  }

  close(): void {
    closeSync(this.#handle);
  }
}

/** Of what a call brings, beside its texts: columns, places in indexes, pages that are not full. */
const bytesPerCall = 16_384;

/** How much is done at once to find room, so that others have their turn. */
const maxSteps = 8;

/** A queue's file while it is open: does calls on its rows, and looks after the file itself. */
export class ServedFile {
  readonly #data: ThreadData;
  readonly #tell: (event: FileEvent) => void;
  readonly #look: (folder: string) => DiskSpace;
  readonly #path: string;
  readonly #lock: FileLock;
  readonly #mark: RowMark;
  readonly #fullness: Fullness;
  #isReplaced = false;
  #isReplacement = false;
  #hasToldOfEviction = false;
  #open: ReturnType<typeof open>;

  /** Opens the file. `look` asks the operating system about its disk. */
  constructor(
    data: ThreadData,
    tell: (event: FileEvent) => void,
    look: (folder: string) => DiskSpace = (folder) => statfsSync(folder),
  ) {
    this.#data = data;
    this.#tell = tell;
    this.#look = look;
    const { path, lock, isNew } = lockFile(data.file);
    this.#path = path;
    this.#lock = lock;
    try {
      this.#open = open(path, data, look);
    } catch (error) {
      lock.release();
      throw error;
    }
    this.#mark = new RowMark(`${path}.mark`);
    this.#fullness = new Fullness(tell, () => this.#hasRoom(bytesPerCall));
    try {
      this.#countMissing(isNew);
      if (data.freesRows) this.#open.rows.run([{ name: "free", args: [] }]);
    } catch (error) {
      this.#release();
      throw error;
    }
  }

  /** Does the calls, all in one transaction if it can be. Replies have their order. */
  do(calls: readonly StoreCall[]): readonly ThreadReply[] {
    return this.#do(calls, false);
  }

  /** Frees what is held. */
  close(): void {
    try {
      this.#open.rows.run([{ name: "free", args: [] }]);
      this.#erase();
    } catch {
      // The next start frees it.
    } finally {
      this.#release();
    }
  }

  #do(calls: readonly StoreCall[], isAgain: boolean): readonly ThreadReply[] {
    let done: Done;
    try {
      this.#requireRoom(calls);
      done = this.#open.rows.run(calls);
    } catch (error) {
      if (isNoRoom(error) && !isAgain) {
        this.#open.room.release();
        this.#open.log.tryToEmpty();
        return this.#do(calls, true);
      }
      if (isOfDamage(error) && this.#replace(error)) return this.#do(calls, true);
      const isOfRoom = isNoRoom(error) || error instanceof NoRoomError;
      // What one call carries must not keep the others from what they want.
      if (calls.length > 1 && (isOfRoom || isOfData(error))) {
        return calls.flatMap((call) => this.#do([call], false));
      }
      const message = explainFailure(this.#data.file, error);
      const isFull = isOfRoom && calls.some(bringsRows);
      if (isFull) this.#fullness.begin(message);
      const reason = isFull ? "room" : isOfData(error) ? "data" : "file";
      return [{ kind: "failed", count: calls.length, message, reason }];
    }
    this.#afterwards(calls, done.results);
    return [{ kind: "done", ...done }];
  }

  /** @throws NoRoomError when the calls bring more than there is room for */
  #requireRoom(calls: readonly StoreCall[]): void {
    const bringing = calls.filter(bringsRows);
    if (bringing.length === 0) return;
    const bytes = bringing.reduce((sum, call) => sum + bytesOf(call) * 1.25 + bytesPerCall, 0);
    if (!this.#hasRoom(bytes)) throw new NoRoomError(explainFull(this.#data.file));
    this.#fullness.end();
  }

  #hasRoom(bytes: number): boolean {
    const { room, log } = this.#open;
    const isFull = this.#fullness.isNow;
    if (room.fits(bytes, isFull)) return true;
    for (let step = 0; step < maxSteps; step++) {
      log.tryToEmpty();
      room.restore();
      if (room.fits(bytes, isFull)) return true;
      if (!room.shrink()) break;
    }
    return false;
  }

  /** Before anybody hears that the calls are done: what is done stays. */
  #afterwards(calls: readonly StoreCall[], results: readonly unknown[]): void {
    const { log, rows, room } = this.#open;
    if (log.missing !== null) this.#putBack();
    this.#mark.row = Math.max(this.#mark.row, rows.lastRow);
    if (rows.hasEvicted) this.#tellOfEviction();
    // A sweep that leaves more is followed by others.
    if (!calls.some(({ name }, place) => name === "sweep" && results[place] === false)) return;
    this.#erase();
    room.restore();
  }

  /** Goes on in a fresh file; false when that fails, or was done before: it is the disk then. */
  #replace(error: unknown): boolean {
    if (this.#isReplacement) return false;
    this.#isReplacement = true;
    const { file, options } = this.#data;
    const { database, rows } = this.#open;
    const { owed } = rows;
    database.close();
    const damaged = putAside(this.#path);
    // What fails here ends the thread, which starts again with the fresh file.
    this.#open = open(this.#path, this.#data, this.#look);
    const count = this.#validPart(damaged, options.modelID, owed);
    this.#open.rows.refresh();
    const message = `${file} is damaged (${messageOf(error)}) and was put aside as ${damaged}. A fresh one has everything that was not yet answered and delivered, but for ${count} requests that could not be read and are answered with an error. What had been delivered is in the damaged file only, and so are participants' words: save what can be saved with the program sqlite3 and its command .recover, and delete it. Look after the disk, and start the server again: it is not ready before`;
    this.#tell({ name: "damaged", count, message });
    return true;
  }

  #validPart(damaged: string, modelID: string, owed: ReadonlyMap<number, RequestKey>): number {
    const { database } = this.#open;
    try {
      return validPart({ database, damaged, modelID, owed, lastRow: this.#mark.row });
    } catch {
      if (database.isTransaction) database.exec("rollback");
      return owed.size;
    }
  }

  #tellOfEviction(): void {
    if (this.#hasToldOfEviction) return;
    this.#hasToldOfEviction = true;
    const message = `${this.#data.file} holds RETENTION_BYTES: from now on the oldest delivered requests, answers and metrics are deleted before RETENTION has passed. Raise it if the disk has room, or export sessions earlier`;
    this.#tell({ name: "overfull", message });
  }

  /** What was deleted leaves the log as well, or does so at the next sweep. */
  #erase(): void {
    const { log, rows } = this.#open;
    if (rows.hasDeleted && log.tryToEmpty()) rows.hasDeleted = false;
  }

  /** What another program deleted has no name any more, but this process has it still: all is saved. */
  #putBack(): void {
    const { database, log, rows } = this.#open;
    const { file } = this.#data;
    const isFileGone = log.missing === "file";
    // The next call tries again.
    if (!(isFileGone ? this.#writeFile() : log.tryToEmpty())) return;
    database.close();
    this.#open = open(this.#path, this.#data, this.#look);
    this.#mark.row = Math.max(this.#mark.row, rows.lastRow);
    const what = isFileGone ? file : `the log of changes of ${file} (-wal, -shm)`;
    const message = `${what} was deleted or moved away while this server used it. Nothing is lost, it is there again: leave a queue's files alone until the server has stopped`;
    this.#tell({ name: "notice", message });
  }

  #writeFile(): boolean {
    try {
      writeFileSync(this.#path, "", { flag: "wx", mode: 0o600 });
    } catch {
      if (this.#isReplaced) return false;
      this.#isReplaced = true;
      const message = `another file has taken the place of ${this.#data.file} while this server used it: what is stored now goes with this process. Let it finish, stop it, and put the right file there`;
      this.#tell({ name: "notice", message });
      return false;
    }
    try {
      this.#open.database.prepare("vacuum into ?").run(this.#path);
      return true;
    } catch {
      rmSync(this.#path);
      return false;
    }
  }

  /** Rows that were stored once and are neither there nor deleted. */
  #countMissing(isNew: boolean): void {
    const { file } = this.#data;
    const last = lastRowOf(this.#open.database);
    const count = this.#mark.row - last;
    this.#mark.row = last;
    // Whoever deletes a whole file while no server uses it wants that.
    if (count <= 0 || isNew) return;
    const message = `${file} lacks the last ${count} of the requests that were stored in it: its log of changes (${file}-wal) was deleted, or the file is an older copy. Nobody answers these; whoever waits for one has to send it again. Keep a queue's files together, and leave them alone while a server uses them`;
    this.#tell({ name: "lost", count, message });
  }

  #release(): void {
    this.#fullness.stop();
    this.#open.database.close();
    this.#mark.close();
    this.#lock.release();
  }
}

/** An open database with what belongs to it. */
function open(
  path: string,
  { durability, options }: ThreadData,
  look: (folder: string) => DiskSpace,
) {
  const database = openWithReserve(path, durability);
  try {
    const log = new ChangeLog(database, path);
    // A process that was killed may have left there what it had deleted.
    log.tryToEmpty();
    const room = new DiskRoom(path, database, look);
    room.restore();
    return { database, log, room, rows: new StoreRows(database, options) };
  } catch (error) {
    database.close();
    throw error;
  }
}

/** Opening writes a little, for which a full disk may lack the room. */
function openWithReserve(path: string, durability: ThreadData["durability"]) {
  try {
    return openDatabase(path, durability);
  } catch (error) {
    if (!isNoRoom(error)) throw error;
    releaseReserve(path);
    return openDatabase(path, durability);
  }
}
