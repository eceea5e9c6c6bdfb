import type { ServerHttp2Session, ServerHttp2Stream } from "node:http2";

/** How far to look into grpc-js's nested calls before giving up. */
const maxDepth = 8;

/**
 * Finds the HTTP/2 stream under a call of grpc-js, which keeps it private. An
 * interceptor may stand between, so calls are followed down. Null when grpc-js
 * has changed: callers then do without.
 */
export function streamOf(call: unknown): ServerHttp2Stream | null {
  let level: unknown = call;
  for (let depth = 0; depth < maxDepth && isObject(level); depth++) {
    const stream = level["stream"];
    if (isStream(stream)) return stream;
    level = level["call"] ?? level["nextCall"];
  }
  return null;
}

/** The HTTP/2 session under a call, or null as for `streamOf`. */
export function sessionOf(call: unknown): ServerHttp2Session | null {
  const session: unknown = streamOf(call)?.session;
  return isSession(session) ? session : null;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}

function isStream(value: unknown): value is ServerHttp2Stream {
  return isObject(value) && "session" in value && "destroyed" in value;
}

function isSession(value: unknown): value is ServerHttp2Session {
  return isObject(value) && typeof value["ping"] === "function" && "destroyed" in value;
}
