/** Where the bytes of a string field go. */
export interface FieldSink {
  begin(announcedBytes: number): void;
  write(piece: Uint8Array): void;
}

/** protobuf's wire types. */
const wire = { varint: 0, fixed64: 1, bytes: 2, startGroup: 3, endGroup: 4, fixed32: 5 };
const maxGroupDepth = 100;
/** A varint of more bytes is none. */
const maxVarintBytes = 10;
const maxTagBytes = 5;

type State = "tag" | "length" | "varint" | "skip" | "keep" | "over" | "broken";

/**
 * Reads a protobuf message of string fields as it arrives, in pieces of any
 * size, and gives each field's bytes to its sink: no piece keeps the process
 * busy for longer than its own length takes, whatever it holds. It takes what
 * ts-proto's `decode` takes; unknown fields are skipped.
 */
export class StringFields {
  readonly #sinks: readonly FieldSink[];
  #state: State = "tag";
  #value = 0;
  #valueBytes = 0;
  #field = 0;
  #left = 0;
  #sink: FieldSink | undefined;
  /** Numbers of the groups that are open. */
  readonly #groups: number[] = [];

  /** @param sinks of the fields with the numbers 1, 2, 3 … */
  constructor(sinks: readonly FieldSink[]) {
    this.#sinks = sinks;
  }

  /** Whether what came so far is a whole message. */
  get isWhole(): boolean {
    if (this.#state === "over") return true;
    return this.#state === "tag" && this.#valueBytes === 0 && this.#groups.length === 0;
  }

  write(piece: Uint8Array): void {
    for (let at = 0; at < piece.length; ) {
      if (this.#state === "over" || this.#state === "broken") return;
      if (this.#state === "skip" || this.#state === "keep") {
        const end = Math.min(piece.length, at + this.#left);
        if (this.#state === "keep") this.#sink?.write(piece.subarray(at, end));
        this.#left -= end - at;
        at = end;
        if (this.#left === 0) this.#state = "tag";
      } else {
        this.#readByte(piece[at++] ?? 0);
      }
    }
  }

  #readByte(byte: number): void {
    if (this.#state === "varint") {
      if (byte < 0x80) this.#state = "tag";
      return;
    }
    // As a number of 32 bits; the bytes beyond are read and do not count.
    if (this.#valueBytes < 5) this.#value |= (byte & 0x7f) << (7 * this.#valueBytes);
    this.#valueBytes++;
    if (byte >= 0x80) {
      if (this.#valueBytes === maxVarintBytes) this.#state = "broken";
      return;
    }
    const [value, bytes] = [this.#value >>> 0, this.#valueBytes];
    this.#value = 0;
    this.#valueBytes = 0;
    if (this.#state === "length") this.#beginBytes(value);
    else this.#beginField(value, bytes, byte);
  }

  #beginField(tag: number, tagBytes: number, lastByte: number): void {
    const isInGroup = this.#groups.length > 0;
    this.#field = tag >>> 3;
    const wireType = tag & 7;
    const isOverflown = tagBytes > maxTagBytes || (tagBytes === maxTagBytes && lastByte > 0x0f);
    if (isInGroup && (this.#field === 0 || isOverflown)) {
      this.#state = "broken";
      return;
    }
    if (!isInGroup && tag === 0) {
      this.#state = "over";
      return;
    }
    switch (wireType) {
      case wire.varint:
        this.#state = "varint";
        break;
      case wire.fixed64:
        this.#skip(8);
        break;
      case wire.fixed32:
        this.#skip(4);
        break;
      case wire.bytes:
        this.#state = "length";
        break;
      case wire.startGroup:
        if (this.#groups.push(this.#field) > maxGroupDepth) this.#state = "broken";
        break;
      case wire.endGroup:
        if (!isInGroup) this.#state = "over";
        else if (!this.#endsGroup()) this.#state = "broken";
        break;
      default:
        this.#state = "broken";
    }
  }

  /** Of the outermost group ts-proto does not ask whether its end has its number. */
  #endsGroup(): boolean {
    return this.#groups.pop() === this.#field || this.#groups.length === 0;
  }

  #beginBytes(length: number): void {
    this.#sink = this.#groups.length === 0 ? this.#sinks[this.#field - 1] : undefined;
    this.#sink?.begin(length);
    this.#skip(length);
    if (this.#sink && length > 0) this.#state = "keep";
  }

  #skip(bytes: number): void {
    this.#left = bytes;
    this.#state = bytes === 0 ? "tag" : "skip";
  }
}
