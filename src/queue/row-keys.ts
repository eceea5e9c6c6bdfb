import { hash } from "node:crypto";
import type { QueuedRequest } from "./request-queue.ts";

/** A messageID that is part of a key as it is: short, and without what some index cannot take. */
const plain = /^[\x20-\x7e]{1,64}$/;

/**
 * What the same request has in common whenever it comes, in a length that any
 * index takes. A session's keys lie side by side there, so that its next request
 * changes a page that is at hand. One without a messageID is known by its
 * arrival only (ARENA-11).
 */
export function requestKeyOf(request: QueuedRequest, arrival: string): string {
  const { modelID, sessionID, messageID } = request;
  if (messageID === "") return arrival;
  // With the length, the same letters cut elsewhere are another session.
  const session = digest(`${modelID.length}:${modelID}${sessionID}`);
  return plain.test(messageID) ? `${session}=${messageID}` : `${session}#${digest(messageID)}`;
}

/** Tells sessions apart in a length that any index takes. */
export function sessionKeyOf(sessionID: string): string {
  return digest(sessionID);
}

/** 128 bits of a hash: nobody finds two texts that have them in common. */
function digest(text: string): string {
  return hash("sha256", text, "buffer").toString("base64url", 0, 16);
}
