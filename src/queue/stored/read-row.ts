import { toErrorAnswerText } from "../../data-models/answer-text.ts";
import type { Logger } from "../../data-models/request-context.ts";
import type { TaskInput } from "../../data-models/task.ts";
import { ArenaError } from "../../errors/arena-error.ts";
import { isErrorCode } from "../../errors/to-arena-error.ts";
import type { Answer, RequestKey } from "../request-queue.ts";

/** What is read of a row, and why it could not be read; one of them stands for the other. */
interface ReadRow<Content> {
  readonly content: Content;
  readonly unreadable: string | null;
}

/** Reads what was asked. Whatever another program has put there, it does not throw. */
export function readInput(text: unknown): ReadRow<TaskInput> {
  const input = typeof text === "string" ? parsed(text) : undefined;
  if (isInput(input)) return { content: input, unreadable: null };
  return { content: { messages: [] }, unreadable: "what was asked is no JSON of messages" };
}

/** Reads an answer. Whatever another program has put there, it does not throw. */
export function readAnswer(text: unknown, outcome: unknown): ReadRow<Answer> {
  const unreadable = (what: string): ReadRow<Answer> => ({
    content: { text: "", outcome: "INTERNAL" },
    unreadable: what,
  });
  if (typeof text !== "string") return unreadable("its answer is no text");
  if (outcome !== "OK" && !isErrorCode(outcome)) return unreadable("its outcome is no known code");
  return { content: { text, outcome }, unreadable: null };
}

/** It was a TaskInput when it was written: whoever works with it need not check it again. */
function isInput(value: unknown): value is TaskInput {
  if (typeof value !== "object" || value === null) return false;
  return "messages" in value && Array.isArray(value.messages);
}

/** Without the parser's error, which repeats words of participants. */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

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
