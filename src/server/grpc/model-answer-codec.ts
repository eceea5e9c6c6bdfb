import type { modelAnswer } from "../../generated/model.ts";

/** Tags of the three string fields: number << 3 | 2 (length-delimited). */
const answerTag = 0x0a;
const sessionIDTag = 0x12;
const messageIDTag = 0x1a;

/**
 * Serializes an answer, byte for byte as ts-proto does, several times faster
 * for long texts: one buffer of the exact size, each string written in place.
 */
export function encodeModelAnswer({ answer, sessionID, messageID }: modelAnswer): Buffer {
  const answerBytes = Buffer.byteLength(answer);
  const sessionIDBytes = Buffer.byteLength(sessionID);
  const messageIDBytes = Buffer.byteLength(messageID);
  const buffer = Buffer.allocUnsafe(
    fieldSize(answerBytes) + fieldSize(sessionIDBytes) + fieldSize(messageIDBytes),
  );
  let offset = writeField(buffer, 0, answerTag, answer, answerBytes);
  offset = writeField(buffer, offset, sessionIDTag, sessionID, sessionIDBytes);
  writeField(buffer, offset, messageIDTag, messageID, messageIDBytes);
  return buffer;
}

/** proto3 leaves out empty strings. */
function fieldSize(bytes: number): number {
  return bytes === 0 ? 0 : 1 + varintSize(bytes) + bytes;
}

function varintSize(value: number): number {
  let size = 1;
  for (let rest = value >>> 7; rest > 0; rest >>>= 7) size++;
  return size;
}

function writeField(
  buffer: Buffer,
  start: number,
  tag: number,
  text: string,
  bytes: number,
): number {
  if (bytes === 0) return start;
  let offset = start;
  buffer[offset++] = tag;
  let rest = bytes;
  for (; rest > 0x7f; rest >>>= 7) buffer[offset++] = (rest & 0x7f) | 0x80;
  buffer[offset++] = rest;
  return offset + buffer.write(text, offset, bytes, "utf8");
}
