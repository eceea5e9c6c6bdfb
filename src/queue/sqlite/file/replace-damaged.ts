import { randomUUID } from "node:crypto";
import { existsSync, renameSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";
import { silentLogger } from "../../../data-models/request-context.ts";
import type { RequestKey } from "../../request-queue.ts";
import { answerUnreadable } from "../../stored/read-row.ts";
import { sessionKeyOf } from "../../stored/row-keys.ts";
import { numberIn, type Row } from "../rows/columns.ts";
import { isOfDamage } from "../sqlite-failure.ts";

/** What a fresh file takes over from a damaged one. */
export interface ValidPart {
  readonly database: DatabaseSync;
  /** Where the damaged file is now. */
  readonly damaged: string;
  readonly modelID: string;
  /** To whom answers are owed, by row, as far as that is known. */
  readonly owed: ReadonlyMap<number, RequestKey>;
  /** The number of the last row that was ever stored. */
  readonly lastRow: number;
}

/** Puts a file aside, with its log of changes, under a name that it returns. */
export function putAside(path: string): string {
  const time = new Date().toISOString().replace(/[-:]|\.\d+/g, "");
  const aside = `${path}.damaged-${time}`;
  for (const ending of ["-wal", "-shm", ""]) {
    if (existsSync(path + ending)) renameSync(path + ending, aside + ending);
  }
  return aside;
}

/**
 * Copies what is not yet answered or delivered, row by row, as it is; whoever
 * waits for what cannot be read gets an error. Returns how many these are.
 */
export function validPart({ database, damaged, modelID, owed, lastRow }: ValidPart): number {
  using source = new DatabaseSync(damaged);
  const read = (table: string, id: number) =>
    source.prepare(`select * from ${table} where id = ?`).get(id);
  let lost = 0;
  database.exec("begin immediate");
  for (const id of [...new Set([...owed.keys(), ...unfinished(source)])].toSorted(byNumber)) {
    const key = owed.get(id);
    try {
      const request = read("arena_requests", id);
      // Whoever waits for it has been told, or it was deleted.
      if (!request) continue;
      // What was asked is of no use any more once it is answered.
      const isAnswered = request["answer"] !== null;
      const input = isAnswered ? undefined : read("arena_inputs", id);
      write(database, "arena_requests", request);
      if (input) write(database, "arena_inputs", input);
    } catch (error) {
      if (!isOfDamage(error)) throw error;
      lost++;
      if (key) owe(database, modelID, id, key);
    }
  }
  database.exec("delete from sqlite_sequence where name = 'arena_requests'");
  database
    .prepare("insert into sqlite_sequence (name, seq) values ('arena_requests', ?)")
    .run(Math.max(lastRow, ...owed.keys()));
  database.exec("commit");
  return lost;
}

function write(database: DatabaseSync, table: string, row: Row): void {
  const columns = Object.keys(row);
  database
    .prepare(`insert into ${table} (${columns}) values (${columns.map(() => "?")})`)
    .run(...Object.values(row));
}

/** What the damaged file itself knows of such rows. */
function unfinished(source: DatabaseSync): readonly number[] {
  try {
    const sql = "select id from arena_requests where state <> 'delivered'";
    const rows = source.prepare(sql).all();
    return rows.map((row) => numberIn(row, "id"));
  } catch {
    return [];
  }
}

function owe(database: DatabaseSync, modelID: string, id: number, key: RequestKey): void {
  const answer = answerUnreadable(key, "its page is damaged", silentLogger);
  const { sessionID, messageID } = key;
  const [now, arrival] = [Date.now(), randomUUID()];
  database
    .prepare(`
      insert into arena_requests (id, request_key, arrival, model_id, session_id, message_id,
        session_key, state, received_at, answer, outcome, answered_at, answer_order)
      values (?, ?, ?, ?, ?, ?, ?, 'answered', ?, ?, ?, ?,
        (select coalesce(max(answer_order), 0) + 1 from arena_requests))`)
    .run(
      ...[id, arrival, arrival, modelID, sessionID, messageID, sessionKeyOf(sessionID)],
      ...[now, answer.text, answer.outcome, now],
    );
}

function byNumber(one: number, other: number): number {
  return one - other;
}
