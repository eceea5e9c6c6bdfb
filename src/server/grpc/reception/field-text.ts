import type { ByteHold } from "./byte-budget.ts";

/** How much of a field is kept. */
export interface FieldLimits {
  /** A longer text is cut. */
  readonly maxBytes: number;
  /** The first bytes, which stay when a text is cut and need no share of the budget. */
  readonly freeBytes: number;
}

const minCapacity = 1024;

/** A string field of a message that arrives in pieces, in one buffer that grows with it. */
export class FieldText {
  readonly #limits: FieldLimits;
  readonly #hold: ByteHold;
  #buffer = Buffer.alloc(0);
  #bytes = 0;
  #held = 0;
  #announced = 0;
  #isCut = false;

  constructor(limits: FieldLimits, hold: ByteHold) {
    this.#limits = limits;
    this.#hold = hold;
  }

  /** True when the text is not whole: it was too long, or there was no room for it. */
  get isCut(): boolean {
    return this.#isCut;
  }

  /** The field begins, perhaps once more: the last one counts. */
  begin(announcedBytes: number): void {
    this.#hold.shrink(this.#held);
    this.#bytes = 0;
    this.#held = 0;
    this.#isCut = false;
    this.#announced = announcedBytes;
    if (this.#buffer.length > Math.max(minCapacity, announcedBytes)) this.#buffer = Buffer.alloc(0);
    if (announcedBytes > this.#limits.maxBytes) this.cut();
  }

  write(piece: Uint8Array): void {
    const { freeBytes } = this.#limits;
    if (!this.#isCut && !this.#isPaidFor(this.#bytes + piece.length)) this.cut();
    this.#append(this.#isCut ? piece.subarray(0, freeBytes - this.#bytes) : piece);
  }

  /** Drops all but the first bytes. */
  cut(): void {
    this.#isCut = true;
    this.#hold.shrink(this.#held);
    this.#held = 0;
    this.#bytes = Math.min(this.#bytes, this.#limits.freeBytes);
    this.#buffer = Buffer.from(this.#buffer.subarray(0, this.#bytes));
  }

  toString(): string {
    return this.#buffer.toString("utf8", 0, this.#bytes);
  }

  /** Lets the memory go. */
  drop(): void {
    this.#buffer = Buffer.alloc(0);
    this.#bytes = 0;
  }

  #isPaidFor(bytes: number): boolean {
    const due = Math.max(0, bytes - this.#limits.freeBytes) - this.#held;
    if (due <= 0) return true;
    if (!this.#hold.grow(due)) return false;
    this.#held += due;
    return true;
  }

  #append(piece: Uint8Array): void {
    const bytes = this.#bytes + piece.length;
    if (bytes > this.#buffer.length) {
      // It grows with what came: what is announced may never be sent.
      const room = Math.min(Math.max(minCapacity, 2 * bytes), this.#announced);
      const buffer = Buffer.allocUnsafe(Math.max(bytes, room));
      this.#buffer.copy(buffer, 0, 0, this.#bytes);
      this.#buffer = buffer;
    }
    this.#buffer.set(piece, this.#bytes);
    this.#bytes = bytes;
  }
}
