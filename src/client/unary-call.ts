import { type CallOptions, type ClientUnaryCall, Metadata, type ServiceError } from "@grpc/grpc-js";
import { RpcError, toStatusName } from "./rpc-error.ts";

/** How long a call may take, and what ends it before. */
export interface CallLimits {
  readonly signal?: AbortSignal | undefined;
  /** Default: 30 seconds. */
  readonly timeoutMs?: number | undefined;
}

type StartCall<Response> = (
  metadata: Metadata,
  options: Partial<CallOptions>,
  callback: (error: ServiceError | null, response: Response) => void,
) => ClientUnaryCall;

/**
 * Makes a unary call a promise.
 * @throws RpcError when the call ends with anything but OK, the signal's reason when it aborts
 */
export function unaryCall<Response>(
  rpc: string,
  limits: CallLimits,
  start: StartCall<Response>,
): Promise<Response> {
  const { signal, timeoutMs = 30_000 } = limits;
  return new Promise((resolve, reject) => {
    if (signal?.aborted) {
      reject(signal.reason);
      return;
    }
    const deadline = Date.now() + timeoutMs;
    const call = start(new Metadata(), { deadline }, (error, response) => {
      signal?.removeEventListener("abort", cancel);
      if (!error) resolve(response);
      else if (signal?.aborted) reject(signal.reason);
      else reject(new RpcError(rpc, toStatusName(error.code), error.details));
    });
    const cancel = () => call.cancel();
    signal?.addEventListener("abort", cancel);
  });
}
