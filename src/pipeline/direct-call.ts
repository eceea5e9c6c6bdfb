import { randomUUID } from "node:crypto";
import { neverAborted } from "../async/never-aborted.ts";
import type { ChatEvent, ChatRequest } from "../data-models/chat.ts";
import { type Logger, silentLogger } from "../data-models/request-context.ts";
import { createCallContext } from "./call-context.ts";
import type { Station } from "./station.ts";

/** How a caller waits for its answer. */
export interface DirectCallOptions {
  readonly timeoutMs: number;
  /** Aborts when it waits no longer. */
  readonly signal?: AbortSignal;
  /** Whether it reads the answer while it comes. Default: true. */
  readonly isStreamed?: boolean;
  /** Default: a conversation of its own. */
  readonly sessionID?: string;
  readonly logger?: Logger;
}

/**
 * Sends a request of a caller that waits for it itself through the pipeline:
 * nothing of it is stored, and it shares the model's places with what is queued.
 * Throws what the request fails with while the answer is read.
 */
export function callDirectly(
  pipeline: Station,
  request: ChatRequest,
  options: DirectCallOptions,
): AsyncIterable<ChatEvent> {
  const { timeoutMs, signal = neverAborted, isStreamed = true, logger = silentLogger } = options;
  const { sessionID = randomUUID() } = options;
  const receivedAt = Date.now();
  const call = { sessionID, messageID: randomUUID(), receivedAt, deadline: receivedAt + timeoutMs };
  return pipeline(request, createCallContext(call, { logger, signal, isStreamed }));
}
