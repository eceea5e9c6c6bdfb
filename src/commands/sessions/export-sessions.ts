import type { RecordedRequest, SessionArchive } from "../../queue/archive/session-archive.ts";
import type { LineOutput } from "./line-output.ts";
import { toIso } from "./times.ts";

/** Writes a session's recorded requests, one JSON object a line. */
export async function exportSession(
  archives: readonly SessionArchive[],
  sessionID: string,
  output: LineOutput,
): Promise<void> {
  for (const archive of archives) {
    for await (const request of archive.requests(sessionID)) {
      await output.line(toExportLine(request));
    }
  }
}

/** Writes the recorded requests of all sessions, session by session. */
export async function exportSessions(
  archives: readonly SessionArchive[],
  output: LineOutput,
): Promise<void> {
  for (const archive of archives) {
    // A session has a summary for each of its models.
    const sessionIDs = new Set((await archive.sessions()).map(({ sessionID }) => sessionID));
    for (const sessionID of sessionIDs) await exportSession([archive], sessionID, output);
  }
}

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
