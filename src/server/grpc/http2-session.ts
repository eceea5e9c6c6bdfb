import type { ServerHttp2Session } from "node:http2";

/** How far to look into grpc-js's nested calls before giving up. */
const maxDepth = 8;

/**
 * Finds the HTTP/2 session under a call of grpc-js, which keeps it private. An
 * interceptor may stand between, so calls are followed down to a stream. Null
 * when grpc-js has changed: callers then do without.
 */
export function sessionOf(call: unknown): ServerHttp2Session | null {
  let level: unknown = call;
  for (let depth = 0; depth < maxDepth && isObject(level); depth++) {
    const stream = level["stream"];
    if (isObject(stream) && isSession(stream["session"])) return stream["session"];
    level = level["call"] ?? level["nextCall"];
  }
  return null;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}

function isSession(value: unknown): value is ServerHttp2Session {
  return isObject(value) && typeof value["ping"] === "function" && "destroyed" in value;
}
