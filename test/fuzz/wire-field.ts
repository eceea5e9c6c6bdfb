/** A field as it is sent, in parts that can be made wrong one by one. */
export interface WireField {
  readonly tag: Buffer;
  /** Empty where the wire type has none. */
  readonly length: Buffer;
  readonly body: Buffer;
}

/** protobuf's wire types. */
export const wireType = { varint: 0, fixed64: 1, bytes: 2, startGroup: 3, endGroup: 4, fixed32: 5 };

const nothing = Buffer.alloc(0);

/** A number as protobuf writes it, in at least so many bytes. */
export function varint(value: number | bigint, minBytes = 1): Buffer {
  const bytes: number[] = [];
  let rest = BigInt(value);
  while (rest >= 0x80n || bytes.length < minBytes - 1) {
    bytes.push(Number(rest & 0x7fn) | 0x80);
    rest >>= 7n;
  }
  bytes.push(Number(rest));
  return Buffer.from(bytes);
}

export function tagOf(number: number, type: number): Buffer {
  return varint((BigInt(number) << 3n) | BigInt(type));
}

/** A field of text, bytes, or a message. */
export function bytesField(number: number, body: string | Buffer): WireField {
  const bytes = Buffer.from(body);
  return { tag: tagOf(number, wireType.bytes), length: varint(bytes.length), body: bytes };
}

/** A field of any other wire type. */
export function bareField(number: number, type: number, body: Buffer = nothing): WireField {
  return { tag: tagOf(number, type), length: nothing, body };
}

export function encodeFields(fields: readonly WireField[]): Buffer {
  return Buffer.concat(fields.flatMap(({ tag, length, body }) => [tag, length, body]));
}
