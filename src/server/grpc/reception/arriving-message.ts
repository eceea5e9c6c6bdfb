import type { ByteBudget, ByteHold } from "./byte-budget.ts";
import { StringFields } from "./string-fields.ts";

/** How much of a field is kept. */
interface FieldLimits {
  /** A longer text is cut. */
  readonly maxBytes: number;
  /** The first bytes, which stay when a text is cut and need no share of the budget. */
  readonly freeBytes: number;
}

const minCapacity = 1024;

/** A string field of a message that arrives in pieces, in one buffer that grows with it. */
class FieldText {
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

/** Takes a message in pieces as it arrives. */
export interface MessageReader {
  write(piece: Uint8Array): void;
  /** The message is complete; returns what its handler is given. @throws what is wrong with it */
  end(): unknown;
  /** The call ended. What no handler has begun to use is dropped. */
  abandon(): void;
}

/**
 * A message whose fields 1, 2, 3 … are strings, kept within limits and a
 * budget: what exceeds them is not kept, and all else of it can still be read.
 */
export class ArrivingMessage<Name extends string> implements MessageReader {
  readonly #texts: ReadonlyMap<Name, FieldText>;
  readonly #hold: ByteHold;
  readonly #fields: StringFields;
  #bytes = 0;
  #isInUse = false;

  /** @param fields their names and limits, in the order of their numbers */
  constructor(fields: readonly (readonly [Name, FieldLimits])[], budget: ByteBudget) {
    this.#hold = budget.hold(() => {
      for (const text of this.#texts.values()) text.cut();
    });
    this.#texts = new Map(
      fields.map(([name, limits]) => [name, new FieldText(limits, this.#hold)]),
    );
    this.#fields = new StringFields([...this.#texts.values()]);
  }

  /** Bytes of the message as they were sent, or as they were before they were compressed. */
  get bytes(): number {
    return this.#bytes;
  }

  /** False when it is no protobuf. */
  get isReadable(): boolean {
    return this.#fields.isWhole;
  }

  write(piece: Uint8Array): void {
    this.#bytes += piece.length;
    this.#fields.write(piece);
  }

  end(): this {
    return this;
  }

  abandon(): void {
    if (!this.#isInUse) this.release();
  }

  /** From now on it is not abandoned: whoever uses it releases it. */
  use(): void {
    this.#isInUse = true;
    this.#hold.keep();
  }

  text(name: Name): string {
    return this.#texts.get(name)?.toString() ?? "";
  }

  /** Whether more of this text was sent than is kept. */
  isCut(name: Name): boolean {
    return this.#texts.get(name)?.isCut ?? false;
  }

  /** Lets the bytes of a text go that was read; its share of the budget stays. */
  drop(name: Name): void {
    this.#texts.get(name)?.drop();
  }

  /** Nothing of it is used any more. */
  release(): void {
    for (const text of this.#texts.values()) text.drop();
    this.#hold.release();
  }
}

/** A message that is so small that it can be kept until all of it is there. */
export class WholeMessage implements MessageReader {
  readonly #deserialize: (bytes: Buffer) => unknown;
  #bytes = Buffer.alloc(0);

  constructor(deserialize: (bytes: Buffer) => unknown) {
    this.#deserialize = deserialize;
  }

  write(piece: Uint8Array): void {
    // A copy: the piece may be a part of something much larger.
    this.#bytes = Buffer.concat([this.#bytes, piece]);
  }

  end(): unknown {
    return this.#deserialize(this.#bytes);
  }

  abandon(): void {}
}
