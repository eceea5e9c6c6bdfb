import { toErrorAnswerText } from "../data-models/answer-text.ts";
import type { Logger } from "../data-models/logger.ts";
import { ArenaError } from "../errors/arena-error.ts";
import type { Answer, RequestKey } from "./request-queue.ts";

/** Answers a request of which something cannot be read any more, and logs what. */
export function answerUnreadable(key: RequestKey, unreadable: string, logger: Logger): Answer {
  const { sessionID, messageID } = key;
  const error = new ArenaError(
    "INTERNAL",
    "What is stored of this request cannot be read; the server's log says what. Send it again under a new messageID.",
  );
  const message = `what is stored of a request cannot be read: ${unreadable}. Another program changed the queue's store; the request is answered with an error`;
  logger.error({ sessionID, messageID }, message);
  return { text: toErrorAnswerText(error), outcome: error.code };
}
