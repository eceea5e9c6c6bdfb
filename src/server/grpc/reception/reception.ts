import { constants, type ServerHttp2Stream } from "node:http2";
import { Duplex, type Transform } from "node:stream";
import { createGunzip, createInflate, type ZlibOptions } from "node:zlib";
import { ServerInterceptingCall, type ServerInterceptor, status } from "@grpc/grpc-js";
import { type MessageReader, WholeMessage } from "./arriving-message.ts";

/** How a method's messages are received. */
export interface MethodReception {
  /** Such as `/Model/predict`. */
  readonly path: string;
  /** A larger message, also one that is larger when it is decompressed, ends its call. */
  readonly maxBytes: number;
  readonly open: () => MessageReader;
}

/** Methods that have no content take little. */
const smallBytes = 16 * 2 ** 10;
const headBytes = 5;
const inflatedPieceBytes = 64 * 2 ** 10;

/**
 * Receives messages in place of grpc-js, which keeps all of a message, decompressed
 * too, before anybody looks at it. Here each piece goes to a reader as it comes.
 * Where grpc-js has changed inside, its own way stays.
 *
 * @param methods those that have content; all others take small messages only
 */
export function createReception(methods: readonly MethodReception[]): ServerInterceptor {
  return ({ path, requestStream }, call) => {
    if (isGrpcCall(call)) {
      const { deserialize } = call.handler;
      const small = { path, maxBytes: smallBytes, open: () => new WholeMessage(deserialize) };
      const method = methods.find((one) => one.path === path) ?? small;
      new CallReception(call, method, requestStream);
    }
    return new ServerInterceptingCall(call);
  };
}

/** A message of which not everything has come yet. */
interface Message {
  readonly reader: MessageReader;
  /** Null for a message that is not compressed, and for one whose compressed text has ended. */
  inflater: Transform | null;
  /** Bytes that are still to come, as they are sent. */
  left: number;
  /** Its place before what comes after it. */
  entry: QueuedMessage | null;
}

const waitingMessage = (): QueuedMessage => ({
  type: "COMPRESSED",
  compressedMessage: null,
  parsedMessage: null,
});

const nothing = Buffer.alloc(0);
const inflaters: Readonly<Record<string, (options: ZlibOptions) => Transform>> = {
  gzip: createGunzip,
  deflate: createInflate,
};

/** Cuts what arrives for one call into messages, one after the other. */
class CallReception {
  readonly #call: GrpcCall;
  readonly #method: MethodReception;
  readonly #isStreaming: boolean;
  readonly #head = Buffer.allocUnsafe(headBytes);
  #headLength = 0;
  #message: Message | null = null;
  /** The message of a unary call, when it is complete. */
  #received: MessageReader | null = null;
  #count = 0;
  /** What came while a piece was being decompressed. */
  #waiting: Buffer[] = [];
  #isInflating = false;
  #isOver = false;

  constructor(call: GrpcCall, method: MethodReception, isStreaming: boolean) {
    this.#call = call;
    this.#method = method;
    this.#isStreaming = isStreaming;
    call.handleDataFrame = (piece) => this.#receive(piece);
    call.stream.once("close", () => this.#leave());
  }

  #receive(piece: Buffer): void {
    // Clients may send on, and without an end, after their call was answered.
    if (this.#isOver || this.#call.checkCancelled()) {
      this.#leave();
      return;
    }
    this.#waiting.push(piece);
    this.#process();
  }

  #process(): void {
    while (!this.#isInflating && !this.#call.checkCancelled()) {
      const piece = this.#waiting.shift();
      if (!piece) return;
      const rest = this.#message ? this.#continue(this.#message, piece) : this.#begin(piece);
      if (rest.length > 0) this.#waiting.unshift(rest);
    }
  }

  /** Reads the five bytes before a message: whether it is compressed, and its length. */
  #begin(piece: Buffer): Buffer {
    const taken = piece.copy(this.#head, this.#headLength);
    this.#headLength += taken;
    const rest = piece.subarray(taken);
    if (this.#headLength < headBytes) return rest;
    this.#headLength = 0;
    const left = this.#head.readUInt32BE(1);
    const encoding = this.#head[0] === 1 ? this.#call.incomingEncoding : "identity";
    const { maxBytes, open } = this.#method;
    if (this.#count++ > 0 && !this.#isStreaming) {
      return this.#fail(
        status.UNIMPLEMENTED,
        "a unary call has one message, and a second one came",
      );
    }
    if (left > maxBytes) {
      const sizes = `${left} bytes; at most ${maxBytes} are received`;
      return this.#fail(status.RESOURCE_EXHAUSTED, `the message has ${sizes}`);
    }
    const createInflater = inflaters[encoding];
    if (!createInflater && encoding !== "identity") {
      return this.#fail(status.UNIMPLEMENTED, `compression "${encoding}" is not known here`);
    }
    const message: Message = { reader: open(), inflater: null, left, entry: null };
    this.#message = message;
    if (createInflater && left > 0) {
      message.inflater = this.#inflate(message, createInflater({ chunkSize: inflatedPieceBytes }));
    }
    return left === 0 ? this.#continue(message, rest) : rest;
  }

  #continue(message: Message, piece: Buffer): Buffer {
    const part = piece.subarray(0, message.left);
    message.left -= part.length;
    if (message.inflater) this.#writeCompressed(message, message.inflater, part);
    else {
      message.reader.write(part);
      if (message.left === 0) this.#finish(message);
    }
    return piece.subarray(part.length);
  }

  /** Nothing more is taken until the part is decompressed: what comes meanwhile is bounded. */
  #writeCompressed(message: Message, inflater: Transform, part: Buffer): void {
    this.#isInflating = true;
    this.#call.stream.pause();
    if (message.left === 0) {
      // The call's end may come before the message is decompressed, and must stay behind it.
      message.entry = waitingMessage();
      this.#call.readQueue.push(message.entry);
      inflater.end(part);
      return;
    }
    inflater.write(part, (error) => {
      if (error) return;
      this.#isInflating = false;
      this.#call.stream.resume();
      this.#process();
    });
  }

  #inflate(message: Message, inflater: Transform): Transform {
    const { maxBytes } = this.#method;
    let bytes = 0;
    inflater.on("data", (piece: Buffer) => {
      bytes += piece.length;
      if (bytes <= maxBytes) {
        message.reader.write(piece);
      } else if (!inflater.destroyed) {
        const limit = `at most ${maxBytes} bytes are received`;
        this.#fail(status.RESOURCE_EXHAUSTED, `the message is larger when decompressed; ${limit}`);
      }
    });
    inflater.on("error", () => this.#fail(status.INTERNAL, "the message cannot be decompressed"));
    inflater.on("end", () => {
      message.inflater = null;
      if (message.left > 0) {
        this.#fail(status.INTERNAL, "something follows the compressed message within it");
        return;
      }
      this.#isInflating = false;
      this.#finish(message);
      this.#process();
    });
    return inflater;
  }

  #finish({ reader, entry }: Message): void {
    this.#message = null;
    if (!this.#isStreaming) this.#received = reader;
    const arrived = entry ?? waitingMessage();
    try {
      arrived.parsedMessage = reader.end();
    } catch {
      this.#fail(status.INTERNAL, "the message cannot be read");
      return;
    }
    arrived.type = "READABLE";
    this.#call.stream.pause();
    if (!entry) this.#call.readQueue.push(arrived);
    this.#call.maybePushNextMessage();
  }

  #fail(code: number, details: string): Buffer {
    const { stream } = this.#call;
    if (!this.#call.checkCancelled()) {
      if (stream.headersSent) {
        // A status would wait behind the answers, and the client would have to send all of the rest.
        stream.close(constants.NGHTTP2_ENHANCE_YOUR_CALM);
      } else {
        this.#call.sendStatus({ code, details, metadata: null });
        // The answer is complete: its client need not send the rest, which nobody reads.
        stream.close(constants.NGHTTP2_NO_ERROR);
      }
    }
    this.#leave();
    return nothing;
  }

  #leave(): void {
    this.#isOver = true;
    this.#waiting = [];
    this.#message?.inflater?.destroy();
    this.#message?.reader.abandon();
    this.#message = null;
    this.#received?.abandon();
  }
}

/** A message that waits in grpc-js's call until its handler wants it. */
interface QueuedMessage {
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
interface GrpcCall {
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
function isGrpcCall(call: object): call is GrpcCall {
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
