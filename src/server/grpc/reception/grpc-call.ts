import type { ServerHttp2Stream } from "node:http2";
import { Duplex } from "node:stream";

/** A message that waits in grpc-js's call until its handler wants it. */
export interface QueuedMessage {
  type: "COMPRESSED" | "READABLE";
  readonly compressedMessage: null;
  parsedMessage: unknown;
}

/** How a call ends. */
interface EndStatus {
  readonly code: number;
  readonly details: string;
  readonly metadata: null;
}

/** What a reception needs of grpc-js's call, which keeps it private. */
export interface GrpcCall {
  readonly stream: ServerHttp2Stream;
  /** `identity`, `gzip`, `deflate`, or what else the client says. */
  readonly incomingEncoding: string;
  readonly handler: { readonly deserialize: (bytes: Buffer) => unknown };
  readonly readQueue: QueuedMessage[];
  /** Called with every piece that arrives. */
  handleDataFrame: (piece: Buffer) => void;
  checkCancelled(): boolean;
  maybePushNextMessage(): void;
  sendStatus(status: EndStatus): void;
}

/** Whether this release of grpc-js has what a reception needs. */
export function isGrpcCall(call: object): call is GrpcCall {
  const functions = ["handleDataFrame", "checkCancelled", "maybePushNextMessage", "sendStatus"];
  return (
    functions.every((name) => typeof Reflect.get(call, name) === "function") &&
    Array.isArray(Reflect.get(call, "readQueue")) &&
    typeof Reflect.get(call, "incomingEncoding") === "string" &&
    isHttp2Stream(Reflect.get(call, "stream")) &&
    typeof Reflect.get(Object(Reflect.get(call, "handler")), "deserialize") === "function"
  );
}

function isHttp2Stream(value: unknown): boolean {
  return value instanceof Duplex && typeof Reflect.get(value, "close") === "function";
}
