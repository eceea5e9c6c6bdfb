import { hash } from "node:crypto";
import type { QueuedRequest } from "../request-queue.ts";

/** A messageID that is part of a key as it is: short, and without what some index cannot take. */
const plain = /^[\x20-\x7e]{1,64}$/;

/**
 * The forms in which request keys are stored, by their version. Rows and other
 * builds have them: a form never changes. A new one is only looked up by the first
 * build that knows it, and written from the next build on, so that replicas of two
 * builds, one after the other, take no request twice.
 */
const forms = {
  1: ({ modelID, sessionID, messageID }: QueuedRequest) => {
    const ids = [modelID, sessionID, messageID].map((id) => `${id.length}:${id}`);
    return hash("sha256", ids.join(), "base64url");
  },
  // A session's keys lie side by side: its next request changes a page that is at hand.
  2: ({ modelID, sessionID, messageID }: QueuedRequest) => {
    // With the length, the same letters cut elsewhere are another session.
    const session = digest(`${modelID.length}:${modelID}${sessionID}`);
    return plain.test(messageID) ? `${session}=${messageID}` : `${session}#${digest(messageID)}`;
  },
} as const;
/** What this build writes, and what else it looks up. */
const [written, lookedUp] = [2, 1] as const;

/**
 * What the same request has in common whenever it comes, in a length that any
 * index takes. One without a messageID is known by its arrival only (ARENA-11).
 */
export function requestKeyOf(request: QueuedRequest, arrival: string): string {
  return request.messageID === "" ? arrival : forms[written](request);
}

/** Under which key another build may have stored the same request; null if it cannot be known. */
export function otherKeyOf(request: QueuedRequest): string | null {
  return request.messageID === "" ? null : forms[lookedUp](request);
}

/** Tells sessions apart in a length that any index takes. */
export function sessionKeyOf(sessionID: string): string {
  return digest(sessionID);
}

/** 128 bits of a hash: nobody finds two texts that have them in common. */
function digest(text: string): string {
  return hash("sha256", text, "buffer").toString("base64url", 0, 16);
}
