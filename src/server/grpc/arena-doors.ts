import {
  type handleServerStreamingCall,
  type handleUnaryCall,
  type Server,
  type ServerUnaryCall,
  type ServerWritableStream,
  status,
} from "@grpc/grpc-js";
import type { ModelDefinition } from "../../data-models/task.ts";
import { AlreadyRegisteredError } from "../../errors/request-errors.ts";
import { toArenaError } from "../../errors/to-arena-error.ts";
import type { Empty, modelDefinition } from "../../generated/model.ts";
import type { GrpcMetrics, GrpcType, MethodMetrics } from "../../telemetry/grpc-metrics.ts";
import { sessionOf } from "./connections/http2-session.ts";
import { createSendPrediction, type SendPredictionOptions } from "./delivery/send-prediction.ts";
import type { createArenaService } from "./model-service.ts";
import { createPredict, type PredictOptions } from "./predict.ts";
import { createPublishMetrics, type PublishMetricsOptions } from "./publish-metrics.ts";
import { toStatus } from "./status.ts";

const maxPeers = 10_000;

/** Tells each connection once what the model is (ARENA-5, ARENA-6). */
function createRegisterModel(definition: ModelDefinition) {
  const answer: modelDefinition = {
    needs_text: definition.needsText,
    needs_image: definition.needsImage,
    can_text: definition.canText,
    can_image: definition.canImage,
    modelID: definition.modelID,
  };
  const sessions = new WeakSet<object>();
  const peers = new Set<string>();
  return async (
    _request: Empty,
    call: ServerUnaryCall<Empty, modelDefinition>,
  ): Promise<modelDefinition> => {
    const session = sessionOf(call);
    const isKnown = session ? sessions.has(session) : peers.has(call.getPeer());
    if (isKnown) throw new AlreadyRegisteredError();
    // A peer's address is second best: its port may come again with another connection.
    if (session) sessions.add(session);
    else if (peers.size < maxPeers) peers.add(call.getPeer());
    return answer;
  };
}

/** What the four calls of the arena need. */
interface ArenaDoorsOptions {
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

/**
 * Makes an async function a unary handler. grpc-js does not look at promises:
 * without this, one that rejects would leave the client waiting for ever.
 */
export function unaryHandler<Request, Response>(
  metrics: MethodMetrics,
  handle: (request: Request, call: ServerUnaryCall<Request, Response>) => Promise<Response>,
): handleUnaryCall<Request, Response> {
  return (call, callback) => {
    const begin = performance.now();
    const handled = (code: string) => metrics.handled(code, (performance.now() - begin) / 1000);
    metrics.started();
    handle(call.request, call).then(
      (response) => {
        callback(null, response);
        metrics.messageSent();
        handled("OK");
      },
      (thrown: unknown) => {
        const error = toArenaError(thrown);
        callback(toStatus(error));
        handled(error.code);
      },
    );
  };
}

/** Makes an async function a server-streaming handler: it writes, and its end ends the stream. */
function streamHandler<Request, Response>(
  metrics: MethodMetrics,
  handle: (call: ServerWritableStream<Request, Response>) => Promise<void>,
): handleServerStreamingCall<Request, Response> {
  return (call) => {
    const begin = performance.now();
    const handled = (code: string) => metrics.handled(code, (performance.now() - begin) / 1000);
    metrics.started();
    handle(call).then(
      () => {
        call.end();
        handled(call.cancelled ? "CANCELLED" : "OK");
      },
      (thrown: unknown) => {
        const error = toArenaError(thrown);
        call.emit("error", { ...toStatus(error), code: status[error.code] });
        handled(error.code);
      },
    );
  };
}
