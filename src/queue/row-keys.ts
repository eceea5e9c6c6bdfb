import { hash } from "node:crypto";
import type { QueuedRequest } from "./request-queue.ts";

/**
 * What the same request has in common whenever it comes, in a length that any
 * index takes. One without a messageID is known by its arrival only (ARENA-11).
 */
export function requestKeyOf(request: QueuedRequest, arrival: string): string {
  const { modelID, sessionID, messageID } = request;
  if (messageID === "") return arrival;
  // With the lengths, the same letters cut elsewhere are another key.
  const ids = [modelID, sessionID, messageID].map((id) => `${id.length}:${id}`);
  return hash("sha256", ids.join(), "base64url");
}

/** Tells sessions apart in a length that any index takes. */
export function sessionKeyOf(sessionID: string): string {
  return hash("sha256", sessionID, "buffer").toString("base64url", 0, 16);
}
