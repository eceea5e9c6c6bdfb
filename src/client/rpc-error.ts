import { status } from "@grpc/grpc-js";

/** The name of a gRPC status code, such as `OUT_OF_RANGE`. */
export type StatusName = keyof typeof status;

/** The name of the status `code`; a number that gRPC does not know is `UNKNOWN`. */
export function toStatusName(code: number): StatusName {
  const name = status[code];
  return name !== undefined && isStatusName(name) ? name : "UNKNOWN";
}

function isStatusName(name: string): name is StatusName {
  return name in status;
}

/** A call that the server, or the way to it, ended with a status other than OK. */
export class RpcError extends Error {
  override readonly name = "RpcError";
  readonly rpc: string;
  readonly code: StatusName;
  /** What the server says about it. */
  readonly details: string;

  constructor(rpc: string, code: StatusName, details: string) {
    super(`${rpc} ended with ${code}: ${details || "(no details)"}`);
    this.rpc = rpc;
    this.code = code;
    this.details = details;
  }
}

/** The error with which a call ended; undefined when it ended with OK. @throws anything but RpcError */
export async function rpcFailure(call: Promise<unknown>): Promise<RpcError | undefined> {
  try {
    await call;
    return undefined;
  } catch (error) {
    if (error instanceof RpcError) return error;
    throw error;
  }
}
