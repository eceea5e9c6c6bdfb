import type { Logger } from "../../data-models/logger.ts";
import type { Empty, metricsJson } from "../../generated/model.ts";

/** Where published metrics go. */
export interface PublishMetricsOptions {
  readonly modelID: string;
  readonly toModel: (metrics: unknown) => void | Promise<void>;
  readonly logger: Logger;
}

/** Takes what a task measured: for this model, to the model and the log (ARENA-21). */
export function createPublishMetrics({ modelID, toModel, logger }: PublishMetricsOptions) {
  const handOver = async (metrics: unknown) => {
    try {
      await toModel(metrics);
    } catch (error) {
      logger.error({ err: error }, "the model's publishMetrics failed");
    }
  };
  return async (request: metricsJson): Promise<Empty> => {
    if (request.modelID !== modelID) return {};
    const metrics = readJson(request.metrics);
    logger.info({ modelID, metrics }, "metrics");
    // The task waits for nothing here, and a model that fails must not fail the call.
    void handOver(metrics);
    return {};
  };
}

/** Tasks prepare JSON; what is not stays the text that it is. */
function readJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
