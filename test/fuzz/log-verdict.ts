import type { LogLine } from "../fixtures/recording-logger.ts";
import { keyOf } from "./answers.ts";
import { metricsWord, participantsWord } from "./fuzz-calls.ts";

/** What the server's log tells of a run. */
export interface LogVerdict {
  /** Lines about something that is broken in the server. */
  readonly bugs: readonly string[];
  /** Lines with words of participants, or with metrics where they do not belong. */
  readonly leaks: readonly string[];
  /** Questions whose answers clients acknowledged, by `keyOf`. */
  readonly delivered: ReadonlySet<string>;
  /** Lines by level and message. */
  readonly counts: ReadonlyMap<string, number>;
}

/** Requests that cannot be read or answered are the clients' errors. */
const clientErrors = /^The request .* No answer can be addressed\.$/s;
/** What clients name as they like, and published metrics, are logged as they came. */
const asTheyCame = new Set(["sessionID", "messageID", "modelID", "metrics"]);
const shown = 300;

/** Judges the lines of a server's log. */
export function judgeLog(lines: readonly LogLine[]): LogVerdict {
  const bugs: string[] = [];
  const leaks: string[] = [];
  const delivered = new Set<string>();
  const counts = new Map<string, number>();
  for (const line of lines) {
    const kind = `${line["level"]}: ${line.msg.replaceAll(/[0-9a-f-]{36}|\d+/g, "#").slice(0, 120)}`;
    counts.set(kind, (counts.get(kind) ?? 0) + 1);
    const { sessionID, messageID } = line;
    if (line.msg === "request") delivered.add(keyOf(String(sessionID), String(messageID)));
    if (line["level"] === "error" && !clientErrors.test(line.msg)) bugs.push(short(line));
    const text = JSON.stringify(line, (key, value) => (asTheyCame.has(key) ? "" : value));
    if (text.includes(participantsWord) || text.includes(metricsWord)) leaks.push(short(line));
  }
  return { bugs, leaks, delivered, counts };
}

function short(line: LogLine): string {
  return JSON.stringify(line).slice(0, shown);
}
