import { RpcError } from "./rpc-error.ts";

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
