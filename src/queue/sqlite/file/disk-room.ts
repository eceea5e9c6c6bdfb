import { randomFillSync } from "node:crypto";
import { closeSync, openSync, rmSync, statSync, writeSync } from "node:fs";
import { dirname } from "node:path";
import type { DatabaseSync, StatementSync } from "node:sqlite";
import { numberIn } from "../rows/columns.ts";

/** Left for whoever deletes and answers: this much, and an eighth of a small disk. */
const maxReserve = 16 * 2 ** 20;
/** A file that holds next to nothing needs no more. */
const minReserve = 2 ** 20;
/** With so much left nothing has to be counted. */
const plentyBytes = 2 ** 30;
const bytesAtOnce = 2 ** 20;
const pagesAtOnce = 256;

/** What a file system says about itself, in blocks. */
export interface DiskSpace {
  readonly blocks: number;
  readonly bavail: number;
  readonly bsize: number;
}

/**
 * The room on a file's disk. SQLite needs some even to delete. So what is new leaves a
 * margin; and where others fill the disk, a file beside it is given up.
 */
export class DiskRoom {
  readonly #path: string;
  readonly #database: DatabaseSync;
  readonly #look: (folder: string) => DiskSpace;
  readonly #pages: StatementSync;
  readonly #freePages: StatementSync;
  readonly #pageSize: number;
  /** Until it can be taken back, nothing new fits. */
  #isReserveGone = false;

  /** `look` asks the operating system. */
  constructor(path: string, database: DatabaseSync, look: (folder: string) => DiskSpace) {
    this.#path = path;
    this.#database = database;
    this.#look = look;
    this.#pages = database.prepare("pragma page_count");
    this.#freePages = database.prepare("pragma freelist_count");
    this.#pageSize = numberIn(database.prepare("pragma page_size").get() ?? {}, "page_size");
  }

  /**
   * Whether rows of so many bytes find room, twice at first: in the log and in the file.
   * `isFull`: they did not a moment ago, so that there has to be room for others as well.
   */
  fits(bytes: number, isFull: boolean): boolean {
    if (this.#isReserveGone) return false;
    const { free, margin } = this.#space();
    if (free > plentyBytes + 4 * bytes) return true;
    const pages = numberIn(this.#pages.get() ?? {}, "page_count");
    const freePages = numberIn(this.#freePages.get() ?? {}, "freelist_count");
    const growth =
      Math.max(0, pages * this.#pageSize - sizeOf(this.#path)) +
      Math.max(0, bytes + (isFull ? margin : 0) - freePages * this.#pageSize);
    return free >= margin + bytes + growth;
  }

  /** Makes the reserve as large as it should be, if there is room for it. */
  restore(): void {
    const { free, margin } = this.#space();
    const used = numberIn(this.#pages.get() ?? {}, "page_count") * this.#pageSize;
    const path = reserveOf(this.#path);
    const size = Math.min(margin, minReserve + used);
    const missing = size - sizeOf(path);
    // What it takes must not be missed at once.
    if (free < margin + missing) return;
    try {
      if (missing > 0) append(path, missing);
      this.#isReserveGone = false;
    } catch (error) {
      rmSync(path, { force: true });
      // No file may be that long here; that says nothing of the disk.
      if (error instanceof Error && "code" in error && error.code === "EFBIG") {
        this.#isReserveGone = false;
      }
    }
  }

  /** Gives some of the file's free pages back to the disk; false when that gives nothing. */
  shrink(): boolean {
    const pages = () => numberIn(this.#pages.get() ?? {}, "page_count");
    const before = pages();
    try {
      this.#database.exec(`pragma incremental_vacuum(${pagesAtOnce})`);
    } catch {
      return false;
    }
    return pages() < before;
  }

  /** Lets go of the reserve. */
  release(): void {
    this.#isReserveGone = true;
    releaseReserve(this.#path);
  }

  /** Of a file system that does not know, or does not say: no blocks at all. */
  #disk(): DiskSpace {
    try {
      return this.#look(dirname(this.#path));
    } catch {
      return { blocks: 0, bavail: 0, bsize: 0 };
    }
  }

  #space(): { readonly free: number; readonly margin: number } {
    const { blocks, bavail, bsize } = this.#disk();
    if (blocks === 0) return { free: Number.POSITIVE_INFINITY, margin: minReserve };
    return { free: bavail * bsize, margin: Math.min(maxReserve, (blocks * bsize) / 8) };
  }
}

/** Gives a full disk the room that was reserved for deletions from a queue's file. */
export function releaseReserve(path: string): void {
  rmSync(reserveOf(path), { force: true });
}

function reserveOf(path: string): string {
  return `${path}.reserve`;
}

function sizeOf(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.size ?? 0;
}

/** Random bytes: what a file system can compress would reserve nothing. */
function append(path: string, bytes: number): void {
  const chunk = randomFillSync(Buffer.alloc(Math.min(bytes, bytesAtOnce)));
  const handle = openSync(path, "a", 0o600);
  try {
    for (let left = bytes; left > 0; left -= chunk.length) {
      writeSync(handle, chunk, 0, Math.min(left, chunk.length));
    }
  } finally {
    closeSync(handle);
  }
}
