import type { Server } from "@grpc/grpc-js";
import type { ModelDefinition } from "../../data-models/model-definition.ts";
import type { GrpcMetrics, GrpcType } from "../../telemetry/grpc-metrics.ts";
import { streamHandler, unaryHandler } from "./handlers.ts";
import type { createArenaService } from "./model-service.ts";
import { createPredict, type PredictOptions } from "./predict.ts";
import { createPublishMetrics, type PublishMetricsOptions } from "./publish-metrics.ts";
import { createRegisterModel } from "./register-model.ts";
import { createSendPrediction, type SendPredictionOptions } from "./send-prediction.ts";

/** What the four calls of the arena need. */
export interface ArenaDoorsOptions {
  readonly definition: ModelDefinition;
  readonly service: ReturnType<typeof createArenaService>;
  readonly metrics: GrpcMetrics;
  readonly predict: PredictOptions;
  readonly sendPrediction: Omit<SendPredictionOptions, "onWritten">;
  readonly publishMetrics: PublishMetricsOptions;
}

/** Adds the arena's four calls to a server. */
export function addArenaDoors(server: Server, options: ArenaDoorsOptions): void {
  const count = (type: GrpcType, method: string) => options.metrics.method(type, "Model", method);
  const stream = count("server_stream", "sendPrediction");
  server.addService(options.service, {
    registerModel: unaryHandler(
      count("unary", "registerModel"),
      createRegisterModel(options.definition),
    ),
    predict: unaryHandler(count("unary", "predict"), createPredict(options.predict)),
    sendPrediction: streamHandler(
      stream,
      createSendPrediction({ ...options.sendPrediction, onWritten: () => stream.messageSent() }),
    ),
    publishMetrics: unaryHandler(
      count("unary", "publishMetrics"),
      createPublishMetrics(options.publishMetrics),
    ),
  });
}
