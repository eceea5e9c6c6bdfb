import { createInterface } from "node:readline/promises";
import type { SessionArchive } from "../../queue/archive/session-archive.ts";
import { printable } from "../../text/printable.ts";
import type { Terminal } from "../command.ts";
import { CommandError } from "../command.ts";
import {
  countContents,
  describeContents,
  isEmpty,
  type SessionContents,
  unknownSession,
} from "./session-contents.ts";

/**
 * Deletes everything that the archives keep of a session, and returns how much it
 * was. Asks before, unless `isSure`. @throws CommandError when nothing is kept or the answer is no
 */
export async function deleteSession(
  archives: readonly SessionArchive[],
  sessionID: string,
  terminal: Terminal,
  isSure: boolean,
): Promise<SessionContents> {
  if (!isSure) await confirm(archives, sessionID, terminal);
  let deleted: SessionContents = { requests: 0, metrics: 0 };
  for (const archive of archives) {
    const { requests, metrics } = await archive.delete(sessionID);
    deleted = { requests: deleted.requests + requests, metrics: deleted.metrics + metrics };
  }
  if (isEmpty(deleted)) throw unknownSession(sessionID);
  return deleted;
}

async function confirm(
  archives: readonly SessionArchive[],
  sessionID: string,
  terminal: Terminal,
): Promise<void> {
  if (!terminal.stdin.isTTY || !terminal.stderr.isTTY) {
    throw new CommandError(2, "Nobody can be asked here. Give --yes to delete without a question.");
  }
  const kept = await countContents(archives, sessionID);
  if (isEmpty(kept)) throw unknownSession(sessionID);
  const waiting =
    kept.unanswered > 0 ? `, ${kept.unanswered} without an answer, which will get none` : "";
  const question = `Session ${printable(sessionID)} has ${describeContents(kept)}${waiting}. Delete them for ever? [y/N] `;
  if (!/^y(es)?$/i.test(await ask(question, terminal))) {
    throw new CommandError(1, "Nothing was deleted.");
  }
}

/** The answer; empty when the input ends without one. */
async function ask(question: string, { stdin, stderr }: Terminal): Promise<string> {
  const lines = createInterface({ input: stdin, output: stderr, terminal: false });
  const closed = new Promise<string>((resolve) => lines.once("close", () => resolve("")));
  try {
    return (await Promise.race([lines.question(question), closed])).trim();
  } finally {
    lines.close();
  }
}
