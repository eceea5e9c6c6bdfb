import { ArrivingMessage } from "./arriving-message.ts";
import type { ByteBudget } from "./byte-budget.ts";

/** A `modelRequest`, whole or without what was too much. */
export type ReceivedRequest = ArrivingMessage<"request" | "modelID" | "sessionID" | "messageID">;

/** A `metricsJson`, whole or with the beginning of what was too much. */
export type ReceivedMetrics = ArrivingMessage<"metrics" | "modelID">;

/** Ids of this size are kept whatever else arrives: an answer needs them. */
const freeIdBytes = 4096;
/** Enough of metrics that are refused to see whose they are. */
const freeMetricsBytes = 8192;

/** @param maxIdBytes size of the longest id that an answer can carry */
export function openRequest(
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

export function openMetrics(maxMetricsBytes: number, budget: ByteBudget): ReceivedMetrics {
  return new ArrivingMessage(
    [
      ["metrics", { maxBytes: maxMetricsBytes, freeBytes: freeMetricsBytes }],
      ["modelID", { maxBytes: freeIdBytes, freeBytes: freeIdBytes }],
    ],
    budget,
  );
}
