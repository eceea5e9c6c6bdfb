import type { Http2Server } from "node:http2";
import type { Server } from "@grpc/grpc-js";

/** Bytes that a client may send before it waits for us; HTTP/2's default is 64 KiB. */
const windowBytes = 8 * 2 ** 20;

/**
 * Lets clients send images without waiting a round trip every 64 KiB. grpc-js
 * has no option for it, so its private HTTP/2 servers are asked; where they
 * cannot be found, everything works as before, only slower over long ways.
 * Call it after the port is bound.
 */
export function raiseReceiveWindow(server: Server): void {
  const http2Servers: unknown = Reflect.get(server, "http2Servers");
  if (!(http2Servers instanceof Map)) return;
  for (const http2Server of http2Servers.keys()) {
    if (!isHttp2Server(http2Server)) continue;
    http2Server.updateSettings({ initialWindowSize: windowBytes });
    http2Server.on("session", (session) => session.setLocalWindowSize(windowBytes));
  }
}

function isHttp2Server(value: unknown): value is Http2Server {
  return typeof value === "object" && value !== null && "updateSettings" in value;
}
