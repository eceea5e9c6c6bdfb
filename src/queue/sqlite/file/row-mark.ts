import { closeSync, openSync, readFileSync, writeSync } from "node:fs";

/** Digits of the largest whole number. */
const width = 16;

/**
 * The number of the last row that was stored, in a file of its own: whoever
 * opens the queue's file can tell whether rows are missing at its end.
 */
export class RowMark {
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
