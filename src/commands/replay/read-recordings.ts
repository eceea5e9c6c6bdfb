import { createReadStream } from "node:fs";
import type { Readable } from "node:stream";
import { InvalidRequestError } from "../../errors/request-errors.ts";
import { messageOf } from "../../text/reason-of.ts";
import { CommandError } from "../command.ts";
import { parseRecording, type Recording } from "./recording.ts";

/** Which of the recorded requests are replayed. */
export interface Selection {
  readonly sessionID: string | undefined;
  readonly limit: number;
}

/** What a file held. */
export interface Recordings {
  readonly selected: readonly Recording[];
  /** Requests that were refused before they were stored: nothing of them can be replayed. */
  readonly withoutInput: number;
}

const shownProblems = 10;

/**
 * Reads a whole file, or `stdin` for `-`, and keeps what is selected.
 * @throws CommandError with every line that cannot be read
 */
export async function readRecordings(
  file: string,
  stdin: Readable,
  { sessionID, limit }: Selection,
): Promise<Recordings> {
  const name = file === "-" ? "standard input" : file;
  const selected: Recording[] = [];
  const problems: string[] = [];
  let [line, withoutInput] = [0, 0];
  for await (const text of linesOf(name, file === "-" ? stdin : createReadStream(file))) {
    line += 1;
    if (text.trim() === "") continue;
    try {
      const recording = parseRecording(line === 1 ? withoutMark(text) : text, line);
      if (recording === null) withoutInput += 1;
      else if (
        selected.length < limit &&
        (sessionID ?? recording.sessionID) === recording.sessionID
      )
        selected.push(recording);
    } catch (error) {
      if (!(error instanceof InvalidRequestError)) throw error;
      problems.push(`  line ${line}: ${error.message}`);
    }
  }
  if (problems.length > 0) throw unreadable(name, problems);
  if (selected.length === 0) throw nothingSelected(name, sessionID);
  return { selected, withoutInput };
}

// Not node:readline: it ends lines at U+2028 as well, which may stand in a JSON text.
async function* linesOf(name: string, stream: Readable): AsyncGenerator<string> {
  let rest = "";
  stream.setEncoding("utf8");
  try {
    for await (const chunk of stream) {
      const lines = String(chunk).split("\n");
      const last = lines.pop() ?? "";
      for (const line of lines) {
        yield rest + line;
        rest = "";
      }
      rest += last;
    }
  } catch (error) {
    const reason = messageOf(error);
    throw new CommandError(2, `Cannot read ${name} (${reason}). Check the path.`);
  }
  if (rest !== "") yield rest;
}

function withoutMark(text: string): string {
  return text.startsWith("\uFEFF") ? text.slice(1) : text;
}

function unreadable(name: string, problems: readonly string[]): CommandError {
  const more = problems.length - shownProblems;
  const lines = problems.slice(0, shownProblems);
  if (more > 0) lines.push(`  and ${more} more`);
  return new CommandError(
    2,
    `Nothing was run, because ${name} has ${problems.length} line(s) that cannot be read:\n${lines.join("\n")}`,
  );
}

function nothingSelected(name: string, sessionID: string | undefined): CommandError {
  const of = sessionID === undefined ? "" : ` of a session ${JSON.stringify(sessionID)}`;
  return new CommandError(
    2,
    `${name} holds no request${of} that could be replayed. "arena sessions export" writes such files.`,
  );
}
