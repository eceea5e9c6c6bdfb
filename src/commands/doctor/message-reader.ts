const FRAME_HEADER_BYTES = 9;
const DATA = 0;
const PADDED = 8;
const MESSAGE_HEADER_BYTES = 5;

/**
 * Reads gRPC's messages out of the bytes that a server sends on a connection,
 * from its first byte on. Compressed ones are left out.
 */
export class MessageReader {
  #frames: Buffer = Buffer.alloc(0);
  readonly #streams = new Map<number, Buffer>();

  /** Takes the next bytes; returns the messages that end in them. */
  read(bytes: Buffer): readonly Buffer[] {
    this.#frames = Buffer.concat([this.#frames, bytes]);
    const messages: Buffer[] = [];
    while (this.#frames.length >= FRAME_HEADER_BYTES) {
      const end = FRAME_HEADER_BYTES + this.#frames.readUIntBE(0, 3);
      if (this.#frames.length < end) break;
      const frame = this.#frames.subarray(0, end);
      this.#frames = this.#frames.subarray(end);
      if (frame[3] === DATA) messages.push(...this.#readData(frame));
    }
    return messages;
  }

  #readData(frame: Buffer): readonly Buffer[] {
    const isPadded = ((frame[4] ?? 0) & PADDED) !== 0;
    const [start, padding] = isPadded
      ? [FRAME_HEADER_BYTES + 1, frame[FRAME_HEADER_BYTES] ?? 0]
      : [FRAME_HEADER_BYTES, 0];
    const stream = frame.readUInt32BE(5);
    const data = frame.subarray(start, frame.length - padding);
    let rest = Buffer.concat([this.#streams.get(stream) ?? Buffer.alloc(0), data]);
    const messages: Buffer[] = [];
    while (rest.length >= MESSAGE_HEADER_BYTES) {
      const end = MESSAGE_HEADER_BYTES + rest.readUInt32BE(1);
      if (rest.length < end) break;
      if (rest[0] === 0) messages.push(rest.subarray(MESSAGE_HEADER_BYTES, end));
      rest = rest.subarray(end);
    }
    this.#streams.set(stream, rest);
    return messages;
  }
}
