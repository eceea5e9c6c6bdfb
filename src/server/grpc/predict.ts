import { setImmediate as afterOtherWork } from "node:timers/promises";
import type { ServerUnaryCall } from "@grpc/grpc-js";
import { toErrorAnswerText } from "../../data-models/answer-text.ts";
import { parseTaskInput } from "../../data-models/parse-task-input.ts";
import type { Logger } from "../../data-models/request-context.ts";
import type { ArenaError } from "../../errors/arena-error.ts";
import { InternalError } from "../../errors/model-errors.ts";
import {
  InvalidRequestError,
  ModelNotFoundError,
  RequestTooLargeError,
} from "../../errors/request-errors.ts";
import {
  QueueFullError,
  QueueUnavailableError,
  ReceptionFullError,
  ShuttingDownError,
} from "../../errors/server-errors.ts";
import { toArenaError } from "../../errors/to-arena-error.ts";
import type { Empty } from "../../generated/model.ts";
import type { ServingState } from "../../lifecycle/serving-state.ts";
import type { RequestKey, RequestQueue } from "../../queue/request-queue.ts";
import type { ReceivedRequest } from "./model-service.ts";

/** What predict needs to take requests. */
export interface PredictOptions {
  readonly modelID: string;
  readonly queue: RequestQueue;
  readonly state: ServingState;
  readonly mode: "arena" | "strict";
  readonly maxQueue: number;
  readonly maxRequestBytes: number;
  readonly maxAnswerBytes: number;
  readonly requestTimeoutMs: number;
  /** How long a refusal waits for room among the answers, which its caller waits for, too (ARENA-7). */
  readonly refusalTimeoutMs: number;
  readonly logger: Logger;
  readonly onAccepted: () => void;
  readonly onRefused: (error: ArenaError) => void;
  /** Told of a request that was refused and gets no answer, because nobody takes any. */
  readonly onUnanswered: () => void;
}

/** Above this, reading the bytes and parsing the text are two turns of the event loop. */
const largeBytes = 2 ** 20;

/**
 * Takes a request and returns at once (ARENA-7). In arena mode it never fails:
 * whatever is wrong becomes an answer on the stream (ARENA-9).
 */
export function createPredict(options: PredictOptions) {
  const { modelID, mode, logger } = options;
  return async (
    received: ReceivedRequest,
    call: ServerUnaryCall<ReceivedRequest, Empty>,
  ): Promise<Empty> => {
    received.use();
    try {
      if (!received.isReadable) throw new InvalidRequestError("it is no modelRequest of protobuf");
      const asked = received.text("modelID");
      if (asked !== modelID) {
        if (mode === "strict") throw new ModelNotFoundError(asked, modelID);
        logger.debug({ modelID: asked }, "dropped a request for another model");
        return {};
      }
      await take(received, options);
    } catch (thrown) {
      const error = toArenaError(thrown);
      if (error instanceof InternalError) logger.error({ err: error.cause }, error.message);
      options.onRefused(error);
      if (mode === "strict") throw error;
      await answerRefusal(received, error, options, call);
    } finally {
      received.release();
    }
    return {};
  };
}

async function take(received: ReceivedRequest, options: PredictOptions): Promise<void> {
  const { bytes } = received;
  const { modelID, queue, maxRequestBytes, requestTimeoutMs } = options;
  if (leavesEarly(options)) throw new ShuttingDownError();
  if (bytes > maxRequestBytes) throw new RequestTooLargeError(bytes, maxRequestBytes);
  const key = keyOf(received, options);
  if (!key) throw new InvalidRequestError("its ids are too long to answer");
  if (received.isCut("request")) throw new ReceptionFullError(bytes);
  const text = received.text("request");
  received.drop("request");
  if (bytes > largeBytes) await afterOtherWork();
  const input = parseTaskInput(text);
  const receivedAt = Date.now();
  const deadline = receivedAt + requestTimeoutMs;
  const outcome = await queue.accept({ ...key, modelID, input, bytes, receivedAt, deadline });
  if (outcome === "closed") throw new ShuttingDownError();
  if (outcome === "unavailable" || outcome === "unknown") {
    throw new QueueUnavailableError(outcome === "unknown");
  }
  if (outcome === "full") throw new QueueFullError(await queue.stats(), options.maxQueue);
  if (outcome === "accepted") options.onAccepted();
}

/** Strict clients go elsewhere as soon as the server drains; the arena has nowhere to go. */
function leavesEarly({ state, mode }: PredictOptions): boolean {
  return mode === "strict" && (state.phase === "draining" || state.phase === "closed");
}

async function answerRefusal(
  received: ReceivedRequest,
  error: ArenaError,
  options: PredictOptions,
  call: ServerUnaryCall<ReceivedRequest, Empty>,
): Promise<void> {
  const key = received.isReadable ? keyOf(received, options) : null;
  if (!key) {
    options.logger.error({ code: error.code }, `${error.message} No answer can be addressed.`);
    return;
  }
  const givenUp = new AbortController();
  call.on("cancelled", () => givenUp.abort());
  if (call.cancelled) givenUp.abort();
  const timer = setTimeout(() => givenUp.abort(), options.refusalTimeoutMs);
  const answer = { text: toErrorAnswerText(error), outcome: error.code };
  const isTaken = await options.queue.refuse(key, answer, givenUp.signal);
  clearTimeout(timer);
  if (isTaken || call.cancelled) return;
  options.onUnanswered();
  const ids = { ...key, modelID: options.modelID, code: error.code };
  options.logger.error(ids, "refused a request without an answer: too many lie undelivered");
}

/** Null when an answer cannot carry the request's ids: it would end the client's stream (ARENA-19). */
function keyOf(received: ReceivedRequest, { maxAnswerBytes }: PredictOptions): RequestKey | null {
  if (received.isCut("sessionID") || received.isCut("messageID")) return null;
  const key = { sessionID: received.text("sessionID"), messageID: received.text("messageID") };
  const bytes = Buffer.byteLength(key.sessionID) + Buffer.byteLength(key.messageID);
  return bytes <= maxAnswerBytes / 2 ? key : null;
}
