import type { SessionArchive } from "../../queue/archive/session-archive.ts";
import { CommandError } from "../command.ts";

/** How much of a session is kept. */
export interface SessionContents {
  readonly requests: number;
  readonly metrics: number;
}

/** What is kept of a session that may still be going on. */
interface KeptContents extends SessionContents {
  /** Requests that have no answer yet. */
  readonly unanswered: number;
}

/** Counts what the archives keep of a session. */
export async function countContents(
  archives: readonly SessionArchive[],
  sessionID: string,
): Promise<KeptContents> {
  let [requests, metrics, unanswered] = [0, 0, 0];
  for (const archive of archives) {
    const summaries = await archive.sessions();
    for (const summary of summaries) {
      if (summary.sessionID !== sessionID) continue;
      requests += summary.requests;
      unanswered += summary.requests - summary.answered;
    }
    // Metrics may outlive their session's requests, and have no summary then.
    for await (const _ of archive.metrics(sessionID)) metrics += 1;
  }
  return { requests, metrics, unanswered };
}

/** Whether nothing is kept. */
export function isEmpty({ requests, metrics }: SessionContents): boolean {
  return requests === 0 && metrics === 0;
}

/** In words: `3 requests and their answers, 1 record of metrics`. */
export function describeContents({ requests, metrics }: SessionContents): string {
  const asked =
    requests === 1 ? "1 request and its answer" : `${requests} requests and their answers`;
  const measured = metrics === 1 ? "1 record of metrics" : `${metrics} records of metrics`;
  return `${asked}, ${measured}`;
}

/** Says that nothing is kept of a session, and where its name may be found. */
export function unknownSession(sessionID: string): CommandError {
  return new CommandError(
    1,
    `Nothing is kept of a session ${JSON.stringify(sessionID)}. "arena sessions" lists what is kept; what was delivered is removed after RETENTION.`,
  );
}

/** @throws CommandError when the archives keep nothing of this session */
export async function requireSession(
  archives: readonly SessionArchive[],
  sessionID: string,
): Promise<void> {
  if (isEmpty(await countContents(archives, sessionID))) throw unknownSession(sessionID);
}
