import type { ServiceDefinition } from "@grpc/grpc-js";
import { ModelService, type modelAnswer } from "../../generated/model.ts";
import { ArrivingMessage, type MessageReader } from "./reception/arriving-message.ts";
import type { ByteBudget } from "./reception/byte-budget.ts";
import type { MethodReception } from "./reception/reception.ts";

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

/** A `modelRequest`, whole or without what was too much. */
export type ReceivedRequest = ArrivingMessage<"request" | "modelID" | "sessionID" | "messageID">;

/** A `metricsJson`, whole or with the beginning of what was too much. */
export type ReceivedMetrics = ArrivingMessage<"metrics" | "modelID">;

/** Ids of this size are kept whatever else arrives: an answer needs them. */
const freeIdBytes = 4096;
/** Enough of metrics that are refused to see whose they are. */
const freeMetricsBytes = 8192;

/** @param maxIdBytes size of the longest id that an answer can carry */
function openRequest(
  maxRequestBytes: number,
  maxIdBytes: number,
  budget: ByteBudget,
): ReceivedRequest {
  const id = { maxBytes: maxIdBytes, freeBytes: freeIdBytes };
  return new ArrivingMessage(
    [
      ["request", { maxBytes: maxRequestBytes, freeBytes: 0 }],
      ["modelID", id],
      ["sessionID", id],
      ["messageID", id],
    ],
    budget,
  );
}

function openMetrics(maxMetricsBytes: number, budget: ByteBudget): ReceivedMetrics {
  return new ArrivingMessage(
    [
      ["metrics", { maxBytes: maxMetricsBytes, freeBytes: freeMetricsBytes }],
      ["modelID", { maxBytes: freeIdBytes, freeBytes: freeIdBytes }],
    ],
    budget,
  );
}

/** Sizes of what the arena sends. */
interface MessageLimits {
  readonly maxRequestBytes: number;
  readonly maxAnswerBytes: number;
  readonly maxMetricsBytes: number;
}

const emptyMessage = Buffer.alloc(0);
/**
 * A request that is too large must reach predict to be answered (ARENA-9), so
 * the transport takes more than that; only beyond this does it answer with an
 * error by itself.
 */
const transportFactor = 4;
const minTransportBytes = 128 * 2 ** 20;

/** Size of the largest message that is not refused by the transport itself. */
export function transportBytes({ maxRequestBytes }: MessageLimits): number {
  return Math.min(Math.max(maxRequestBytes * transportFactor, minTransportBytes), 2 ** 31 - 1);
}

/**
 * The arena's service with our own serializers where they are faster. What grpc-js
 * receives by itself is read in the same way as what a reception receives.
 */
export function createArenaService(reception: ReturnType<typeof modelReception>) {
  const { predict, publishMetrics, sendPrediction } = ModelService;
  const read = <Message extends MessageReader>(open: () => Message) => {
    return (bytes: Buffer): Message => {
      const message = open();
      message.write(bytes);
      return message;
    };
  };
  return {
    ...ModelService,
    predict: {
      ...predict,
      requestDeserialize: read(reception.predict.open),
      responseSerialize: () => emptyMessage,
    },
    publishMetrics: {
      ...publishMetrics,
      requestDeserialize: read(reception.publishMetrics.open),
      responseSerialize: () => emptyMessage,
    },
    sendPrediction: { ...sendPrediction, responseSerialize: encodeModelAnswer },
  } satisfies ServiceDefinition;
}

/** How the messages of the two methods that have content are received. */
export function modelReception(limits: MessageLimits, budget: ByteBudget) {
  const maxBytes = transportBytes(limits);
  const maxIdBytes = limits.maxAnswerBytes / 2;
  return {
    predict: {
      path: ModelService.predict.path,
      maxBytes,
      open: () => openRequest(limits.maxRequestBytes, maxIdBytes, budget),
    },
    publishMetrics: {
      path: ModelService.publishMetrics.path,
      maxBytes,
      open: () => openMetrics(limits.maxMetricsBytes, budget),
    },
  } satisfies Record<string, MethodReception & { readonly path: string }>;
}
