import { toAnswerText, toErrorAnswerText } from "../../src/data-models/answer-text.ts";
import { parseTaskInput } from "../../src/data-models/parse-task-input.ts";
import { ArenaError } from "../../src/errors/arena-error.ts";
import { modelRequest } from "../../src/generated/model.ts";
import { EchoModel } from "../../src/models/builtin/echo-model.ts";

/** What a message to `predict` asks, when it must be answered. */
export interface AskedQuestion {
  readonly sessionID: string;
  readonly messageID: string;
  /** Null where the answer depends on what else goes on. */
  readonly answer: string | null;
}

const model = new EchoModel();
/** Longer ids leave no room for an answer. */
const maxIdBytes = 2_000_000;
/** Larger requests may also find no room. */
const certainBytes = 64 * 2 ** 10;

/**
 * Reads a message as the generated code does, whole and at once, and says what
 * the echo model answers; null for what is to be dropped.
 */
export async function expectedAnswer(message: Buffer): Promise<AskedQuestion | null> {
  const asked = decode(message);
  if (asked?.modelID !== "echo") return null;
  const { sessionID, messageID, request } = asked;
  if (Buffer.byteLength(sessionID) + Buffer.byteLength(messageID) > maxIdBytes) return null;
  const answer = message.length > certainBytes ? null : await answerTo(request);
  return { sessionID, messageID, answer };
}

function decode(message: Buffer): modelRequest | null {
  try {
    return modelRequest.decode(message);
  } catch {
    return null;
  }
}

async function answerTo(request: string): Promise<string> {
  try {
    return toAnswerText(await model.getResponse(parseTaskInput(request)));
  } catch (error) {
    if (error instanceof ArenaError) return toErrorAnswerText(error);
    throw error;
  }
}
