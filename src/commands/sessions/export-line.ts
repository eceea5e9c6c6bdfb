import type { RecordedRequest } from "../../queue/session-archive.ts";
import { toIso } from "./times.ts";

/** A recorded request as one line of an export, which `arena replay` reads. */
export function toExportLine(request: RecordedRequest): string {
  const { receivedAt, claimedAt, answeredAt, deliveredAt } = request;
  return JSON.stringify({
    modelID: request.modelID,
    sessionID: request.sessionID,
    messageID: request.messageID,
    state: request.state,
    input: request.input,
    answer: request.answer === null ? null : readAnswer(request.answer),
    outcome: request.outcome,
    attempts: request.attempts,
    receivedAt: toIso(receivedAt),
    claimedAt: toIso(claimedAt),
    answeredAt: toIso(answeredAt),
    deliveredAt: toIso(deliveredAt),
    waitingMs: claimedAt === null ? null : claimedAt - receivedAt,
    modelMs: claimedAt === null || answeredAt === null ? null : answeredAt - claimedAt,
  });
}

/** Answers are JSON that this server wrote; another's text is not lost for being none. */
function readAnswer(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return { text, image: null };
  }
}
