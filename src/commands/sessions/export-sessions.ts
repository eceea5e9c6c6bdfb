import type { SessionArchive } from "../../queue/session-archive.ts";
import { toExportLine } from "./export-line.ts";
import type { LineOutput } from "./line-output.ts";

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
