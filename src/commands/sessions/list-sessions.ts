import type { SessionArchive, SessionSummary } from "../../queue/archive/session-archive.ts";
import { printable } from "../../text/printable.ts";
import { alignColumns, type Column } from "./align-columns.ts";
import type { LineOutput } from "./line-output.ts";
import { toIso, toLocalTime } from "./times.ts";

const columns: readonly Column[] = [
  { heading: "MODEL", side: "left" },
  { heading: "SESSION", side: "left" },
  { heading: "REQUESTS", side: "right" },
  { heading: "ANSWERED", side: "right" },
  { heading: "FAILED", side: "right" },
  { heading: "UNDELIVERED", side: "right" },
  { heading: "METRICS", side: "right" },
  { heading: "FIRST", side: "left" },
  { heading: "LAST", side: "left" },
];

/** Writes all sessions, the one with the latest request last: a table, or JSON lines. */
export async function listSessions(
  archives: readonly SessionArchive[],
  output: LineOutput,
  form: "table" | "json",
): Promise<void> {
  const lists = await Promise.all(archives.map((archive) => archive.sessions()));
  const sessions = lists.flat().toSorted((one, other) => one.lastAt - other.lastAt);
  const lines = form === "json" ? sessions.map(toJson) : toTable(sessions);
  for (const line of lines) await output.line(line);
}

function toTable(sessions: readonly SessionSummary[]): string[] {
  return sessions.length === 0
    ? ["No session is kept."]
    : alignColumns(columns, sessions.map(toRow));
}

function toRow(session: SessionSummary): string[] {
  const { requests, answered, failed, undelivered, metrics } = session;
  return [
    printable(session.modelID),
    printable(session.sessionID),
    ...[requests, answered, failed, undelivered, metrics].map(String),
    toLocalTime(session.firstAt),
    toLocalTime(session.lastAt),
  ];
}

function toJson(session: SessionSummary): string {
  const { firstAt, lastAt } = session;
  return JSON.stringify({ ...session, firstAt: toIso(firstAt), lastAt: toIso(lastAt) });
}
