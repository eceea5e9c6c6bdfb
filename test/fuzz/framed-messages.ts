/** Cuts what arrives into the messages that gRPC framed. */
export class FramedMessages {
  #rest: Buffer = Buffer.alloc(0);

  /** The messages that are whole with this piece. */
  add(piece: Buffer): readonly Buffer[] {
    const messages: Buffer[] = [];
    let bytes = this.#rest.length > 0 ? Buffer.concat([this.#rest, piece]) : piece;
    while (bytes.length >= 5 && bytes.length >= 5 + bytes.readUInt32BE(1)) {
      const end = 5 + bytes.readUInt32BE(1);
      messages.push(bytes.subarray(5, end));
      bytes = bytes.subarray(end);
    }
    this.#rest = bytes;
    return messages;
  }
}
