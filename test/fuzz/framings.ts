import { deflateRawSync, deflateSync, gzipSync } from "node:zlib";
import type { SeededRandom } from "../chaos/random.ts";
import { framed } from "../fixtures/raw-connection.ts";

/** What is sent as one call, and what of it is a message. */
export interface Framing {
  readonly bytes: Buffer;
  readonly headers?: Readonly<Record<string, string>>;
  /** What the first message is, if it is taken at all; null when that is not foreseen. */
  readonly message: Buffer | null;
  /** Whether it is exactly one message, framed and compressed as it must be. */
  readonly isRight: boolean;
}

type MakeFraming = (message: Buffer, random: SeededRandom) => Framing;

const oddLengths = [2 ** 31 - 1, 2 ** 31, 2 ** 32 - 1, 128 * 2 ** 20, 128 * 2 ** 20 + 1];

/** A message as gRPC frames it. */
export const usualFraming: MakeFraming = (message) => ({
  bytes: framed(message),
  message,
  isRight: true,
});

/** What can be odd about the five bytes before a message, by its name. */
export const framings = {
  "flag byte": (message, random) => {
    const bytes = framed(message);
    bytes[0] = random.pick([1, 2, 3, 4, 127, 128, 255]);
    return { bytes, message, isRight: false };
  },
  "frame too long": (message, random) => withLength(message, message.length + random.whole(1, 500)),
  "frame too short": (message, random) =>
    withLength(message, random.whole(0, Math.max(0, message.length - 1))),
  "frame length at a limit": (message, random) => withLength(message, random.pick(oddLengths)),
  "several messages": (message, random) => {
    const bytes = Buffer.concat(Array<Buffer>(random.whole(2, 4)).fill(framed(message)));
    return { bytes, message, isRight: false };
  },
  "no message": () => ({ bytes: Buffer.alloc(0), message: null, isRight: false }),
  "half a frame": (message, random) => {
    const bytes = framed(message);
    return {
      bytes: bytes.subarray(0, random.whole(1, bytes.length - 1)),
      message: null,
      isRight: false,
    };
  },
  "garbage behind the frame": (message, random) => ({
    bytes: Buffer.concat([framed(message), Buffer.alloc(random.whole(1, 9), random.whole(0, 2))]),
    message,
    isRight: false,
  }),
  "no frame": (message) => ({ bytes: message, message: firstMessageOf(message), isRight: false }),
} as const satisfies Readonly<Record<string, MakeFraming>>;

const gzip = { "grpc-encoding": "gzip" };
const deflate = { "grpc-encoding": "deflate" };
const oddEncodings = ["br", "snappy", "zstd", "GZIP", "gzip,deflate", "x"];

/** How a message can be compressed, rightly or not, by its name. */
export const compressions = {
  gzip: (message) => compressed(gzipSync(message), message, gzip),
  deflate: (message) => compressed(deflateSync(message), message, deflate),
  "gzip in parts": (message, random) => {
    const at = random.whole(0, message.length);
    const parts = [message.subarray(0, at), message.subarray(at)].map((part) => gzipSync(part));
    return compressed(Buffer.concat(parts), message, gzip);
  },
  "announced and not compressed": (message) => ({
    bytes: framed(message),
    headers: gzip,
    message,
    isRight: true,
  }),
  "raw deflate": (message) => wrong(deflateRawSync(message), message, deflate),
  "compression that nobody knows": (message, random) =>
    wrong(gzipSync(message), message, { "grpc-encoding": random.pick(oddEncodings) }),
  "compression of another name": (message) => wrong(gzipSync(message), message, deflate),
  "compressed and cut off": (message, random) => {
    const bytes = gzipSync(message);
    return wrong(bytes.subarray(0, random.whole(1, bytes.length - 1)), message, gzip);
  },
  "garbage behind the compressed": (message, random) => {
    const garbage = Buffer.alloc(random.pick([1, 8, 300, 100_000]), random.whole(0, 255));
    return wrong(Buffer.concat([gzipSync(message), garbage]), message, gzip);
  },
  "changed after compression": (message, random) => {
    const bytes = gzipSync(message);
    bytes[random.whole(0, bytes.length - 1)] = random.whole(0, 255);
    return wrong(bytes, message, gzip);
  },
  "not compressed at all": (message) => wrong(message, message, gzip),
} as const satisfies Readonly<Record<string, MakeFraming>>;

/** A message that is many times as large as what is sent of it. */
export function bomb(packed: Buffer): Framing {
  return { ...compressed(packed, packed, gzip), message: null };
}

function compressed(
  packed: Buffer,
  message: Buffer,
  headers: Readonly<Record<string, string>>,
): Framing {
  const bytes = framed(packed);
  bytes[0] = 1;
  return { bytes, headers, message, isRight: true };
}

function wrong(
  packed: Buffer,
  message: Buffer,
  headers: Readonly<Record<string, string>>,
): Framing {
  return { ...compressed(packed, message, headers), isRight: false };
}

function withLength(message: Buffer, length: number): Framing {
  const bytes = framed(message);
  bytes.writeUInt32BE(length, 1);
  return { bytes, message: firstMessageOf(bytes), isRight: false };
}

function firstMessageOf(bytes: Buffer): Buffer | null {
  if (bytes.length < 5 || (bytes[0] ?? 0) === 1) return null;
  const end = 5 + bytes.readUInt32BE(1);
  return end <= bytes.length ? bytes.subarray(5, end) : null;
}
