import { exceedsOutline } from "../../data-models/json-outline.ts";
import type { Logger } from "../../data-models/request-context.ts";
import { InvalidRequestError } from "../../errors/request-errors.ts";
import type { Empty } from "../../generated/model.ts";
import { shortened } from "../../text/shortened.ts";
import { sessionOf } from "./metrics-session.ts";
import type { ReceivedMetrics } from "./model-service.ts";

/** Where published metrics go. */
export interface PublishMetricsOptions {
  readonly modelID: string;
  readonly maxMetricsBytes: number;
  readonly toModel: (metrics: unknown) => void | Promise<void>;
  /** Keeps the text as it came, where something outlives the process; never rejects. */
  readonly keep: (sessionID: string, metrics: string) => Promise<void>;
  readonly logger: Logger;
}

/** Takes what a task measured: for this model, to the model and the log (ARENA-21). */
export function createPublishMetrics(options: PublishMetricsOptions) {
  const { modelID, maxMetricsBytes, toModel, keep, logger } = options;
  const handOver = async (metrics: unknown) => {
    try {
      await toModel(metrics);
    } catch (error) {
      logger.error({ err: error }, "the model's publishMetrics failed");
    }
  };
  return async (received: ReceivedMetrics): Promise<Empty> => {
    received.use();
    try {
      if (!received.isReadable) throw new InvalidRequestError("it is no metricsJson of protobuf");
      if (received.text("modelID") !== modelID) return {};
      const text = received.text("metrics");
      if (received.isCut("metrics")) {
        const sizes = { bytes: received.bytes, limit: maxMetricsBytes };
        const ids = { modelID, sessionID: sessionOf(text) };
        // The task can do nothing about it, and an error would end its orchestrator's calls.
        logger.warn({ ...ids, ...sizes }, refused);
        return {};
      }
      const metrics = readJson(text);
      const logged = typeof metrics === "string" ? shortened(metrics, maxCharacters) : metrics;
      logger.info({ modelID, metrics: logged }, "metrics");
      void keep(sessionOf(metrics), text);
      // The task waits for nothing here, and a model that fails must not fail the call.
      void handOver(metrics);
      return {};
    } finally {
      received.release();
    }
  };
}

const refused =
  "published metrics were refused: larger than MAX_METRICS_BYTES, or more at once than there is room for";

/** Longer metrics are not parsed, and only their beginning is logged: either could take seconds. */
const maxCharacters = 2 ** 20;
const outlineLimits = {
  tokens: 200_000,
  blanks: maxCharacters,
  escapes: maxCharacters,
  depth: 200,
};

/** Tasks prepare JSON; what is not, or is too long, stays the text that it is. */
function readJson(text: string): unknown {
  if (text.length > maxCharacters || exceedsOutline(text, outlineLimits)) return text;
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
