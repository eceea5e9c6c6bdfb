import type { QueuedRequest } from "../request-queue.ts";
import type { ClaimedRow, TakenRow } from "../stored/queue-store.ts";
import { readAnswer, readInput } from "../stored/read-row.ts";

/** Which claim holds or held a row. */
export interface ClaimColumns {
  readonly claim: string;
  readonly id: number;
}

/** A claimed row as Postgres returns it. */
export interface ClaimedColumns {
  readonly id: number;
  readonly session_id: string;
  readonly message_id: string;
  readonly request: string | null;
  readonly bytes: number;
  readonly received_at: number;
  readonly deadline: number;
  readonly attempts: number;
}

/** A taken row as Postgres returns it. */
export interface TakenColumns {
  readonly id: number;
  readonly session_id: string;
  readonly message_id: string;
  readonly answer: string | null;
  readonly outcome: string | null;
  readonly received_at: number;
  readonly claimed_at: number | null;
  readonly answered_at: number;
  readonly answer_order: number;
  readonly is_repeated: boolean;
  readonly repeated_at: number | null;
}

/** The claimed rows in the order of their arrival. */
export function toClaimedRows(
  rows: readonly ClaimedColumns[],
  modelID: string,
  token: string,
): ClaimedRow[] {
  return rows.map((row) => toClaimedRow(row, modelID, token)).toSorted((a, b) => a.row - b.row);
}

/** The taken rows in the order of their answers. */
export function toTakenRows(rows: readonly TakenColumns[], token: string): TakenRow[] {
  return rows.map((row) => toTakenRow(row, token)).toSorted((a, b) => a.order - b.order);
}

function toClaimedRow(columns: ClaimedColumns, modelID: string, token: string): ClaimedRow {
  const { id, request, bytes, deadline, attempts } = columns;
  const { content: input, unreadable } = readInput(request);
  const queued: QueuedRequest = {
    modelID,
    sessionID: fromText(columns.session_id),
    messageID: fromText(columns.message_id),
    input,
    bytes,
    receivedAt: columns.received_at,
    deadline,
  };
  return { row: id, token, attempt: attempts, request: queued, unreadable };
}

function toTakenRow(columns: TakenColumns, token: string): TakenRow {
  const { repeated_at: repeatedAt } = columns;
  const { content: answer, unreadable } = readAnswer(columns.answer, columns.outcome);
  return {
    row: columns.id,
    token,
    sessionID: fromText(columns.session_id),
    messageID: fromText(columns.message_id),
    order: columns.answer_order,
    answer,
    unreadable,
    receivedAt: repeatedAt ?? columns.received_at,
    claimedAt: repeatedAt === null ? columns.claimed_at : null,
    answeredAt: repeatedAt ?? columns.answered_at,
    repeated: columns.is_repeated,
  };
}

/** Postgres' text holds every character but NUL, which an id may have: it is written as \0. */
export function toText(value: string): string {
  return /[\\\0]/.test(value) ? value.replaceAll("\\", "\\\\").replaceAll("\0", "\\0") : value;
}

/** The way back from `toText`. */
export function fromText(text: string): string {
  return text.includes("\\")
    ? text.replace(/\\([\\0])/g, (_whole, escaped) => (escaped === "0" ? "\0" : "\\"))
    : text;
}
