import {
  type handleServerStreamingCall,
  type handleUnaryCall,
  type ServerUnaryCall,
  type ServerWritableStream,
  status,
} from "@grpc/grpc-js";
import { toArenaError } from "../../errors/to-arena-error.ts";
import type { MethodMetrics } from "../../telemetry/grpc-metrics.ts";
import { toStatus } from "./status.ts";

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
export function streamHandler<Request, Response>(
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
