import type { ServiceDefinition } from "@grpc/grpc-js";
import { ModelService } from "../../generated/model.ts";
import { encodeModelAnswer } from "./model-answer-codec.ts";
import type { MessageReader } from "./reception/arriving-message.ts";
import type { ByteBudget } from "./reception/byte-budget.ts";
import { openMetrics, openRequest } from "./reception/model-messages.ts";
import type { MethodReception } from "./reception/reception.ts";

/** Sizes of what the arena sends. */
export interface MessageLimits {
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
