import { BinaryReader } from "@bufbuild/protobuf/wire";
import type { ServiceDefinition } from "@grpc/grpc-js";
import { ModelService, modelRequest } from "../../generated/model.ts";
import { encodeModelAnswer } from "./model-answer-codec.ts";

/** A request as it came over the wire, or that it could not be read. */
export type ReceivedRequest =
  | { readonly ok: true; readonly message: modelRequest; readonly bytes: number }
  | { readonly ok: false };

const emptyMessage = Buffer.alloc(0);
/** The tag of the field `request`: number 1, length-delimited. */
const requestTag = 0x0a;

/**
 * The arena's service with our own serializers where they are faster, and a
 * deserializer that never throws: grpc-js would answer that with an error,
 * after which the orchestrator never calls again (ARENA-9).
 */
export function createArenaService(maxRequestBytes: number) {
  return {
    ...ModelService,
    predict: {
      ...ModelService.predict,
      requestDeserialize: (buffer: Buffer) => decodeRequest(buffer, maxRequestBytes),
      responseSerialize: () => emptyMessage,
    },
    sendPrediction: { ...ModelService.sendPrediction, responseSerialize: encodeModelAnswer },
  } satisfies ServiceDefinition;
}

function decodeRequest(buffer: Buffer, maxRequestBytes: number): ReceivedRequest {
  const bytes = buffer.length;
  try {
    // What is refused for its size needs its ids only, and its text takes time to read.
    const readable = bytes > maxRequestBytes ? withoutText(buffer) : buffer;
    return { ok: true, message: modelRequest.decode(readable), bytes };
  } catch {
    return { ok: false };
  }
}

function withoutText(buffer: Buffer): Uint8Array {
  const reader = new BinaryReader(buffer);
  const kept: Uint8Array[] = [];
  while (reader.pos < reader.len) {
    const start = reader.pos;
    const tag = reader.uint32();
    reader.skip(tag & 7, tag >>> 3);
    if (tag !== requestTag) kept.push(buffer.subarray(start, reader.pos));
  }
  return Buffer.concat(kept);
}
