import type { ServiceDefinition } from "@grpc/grpc-js";
import { ModelService, modelRequest } from "../../generated/model.ts";
import { encodeModelAnswer } from "./model-answer-codec.ts";

/** A request as it came over the wire, or that it could not be read. */
export type ReceivedRequest =
  | { readonly ok: true; readonly message: modelRequest; readonly bytes: number }
  | { readonly ok: false };

const emptyMessage = Buffer.alloc(0);

/**
 * The arena's service with our own serializers where they are faster, and a
 * deserializer that never throws: grpc-js would answer that with an error,
 * after which the orchestrator never calls again (ARENA-9).
 */
export const arenaService = {
  ...ModelService,
  predict: {
    ...ModelService.predict,
    requestDeserialize: decodeRequest,
    responseSerialize: () => emptyMessage,
  },
  sendPrediction: { ...ModelService.sendPrediction, responseSerialize: encodeModelAnswer },
} satisfies ServiceDefinition;

function decodeRequest(buffer: Buffer): ReceivedRequest {
  try {
    return { ok: true, message: modelRequest.decode(buffer), bytes: buffer.length };
  } catch {
    return { ok: false };
  }
}
