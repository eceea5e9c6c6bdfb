import { CommandError } from "../../client/command-error.ts";
import type { SessionArchive } from "../../queue/session-archive.ts";
import { countContents, isEmpty } from "./session-contents.ts";

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
