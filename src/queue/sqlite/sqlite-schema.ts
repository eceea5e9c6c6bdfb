import type { DatabaseSync } from "node:sqlite";
import { isNoRoom } from "./sqlite-failure.ts";

/** What a file's header says when it is one of ours: "Aren". */
const applicationId = 0x41_72_65_6e;

/** The steps from each version to the next one; a step that was released never changes. */
const migrations: readonly (string | ((database: DatabaseSync) => void))[] = [
  // What was asked lies in a table of its own, because a change of a row writes the row anew.
  `
  create table arena_requests (
    id integer primary key autoincrement,
    request_key text not null unique,
    arrival text not null,
    model_id text not null,
    session_id text not null,
    message_id text not null,
    session_key text not null,
    state text not null,
    has_turn integer not null default 0,
    bytes integer not null default 0,
    received_at integer not null,
    deadline integer,
    attempts integer not null default 0,
    owner text,
    claim text,
    claimed_at integer,
    answer text,
    outcome text,
    answered_at integer,
    answer_order integer,
    delivery text,
    is_asked_again integer not null default 0,
    is_repeated integer not null default 0,
    repeated_at integer,
    delivered_at integer
  );
  create index arena_queued on arena_requests (model_id, id, deadline) where state = 'queued';
  create index arena_deadlines on arena_requests (model_id, deadline) where state = 'queued';
  create index arena_running on arena_requests (model_id, claim) where state = 'running';
  create unique index arena_turns on arena_requests (model_id, session_key)
    where state = 'running' and has_turn;
  create index arena_answered on arena_requests (model_id, answer_order) where state = 'answered';
  create index arena_delivering on arena_requests (model_id, delivery) where state = 'delivering';
  create index arena_delivered on arena_requests (delivered_at) where state = 'delivered';

  create table arena_inputs (id integer primary key, request text not null);
  create trigger arena_forget after delete on arena_requests begin
    delete from arena_inputs where id = old.id;
  end;

  create table arena_metrics (
    id integer primary key autoincrement,
    arrival text not null unique,
    model_id text not null,
    session_id text not null,
    metrics text not null,
    received_at integer not null
  );
  create index arena_metrics_age on arena_metrics (received_at);

  create table arena_owner (
    id integer primary key check (id = 1),
    pid integer not null,
    host text not null,
    since integer not null
  );
  `,
  // Version 1 left what was deleted in free pages.
  overwriteFreePages,
];
/** Steps from here on change no table: a file whose disk lacks the room for them can serve without. */
const minVersion = 1;

/** The version that this server writes. */
export const schemaVersion = migrations.length;

/** What a database file turned out to be. */
export type SchemaVerdict = "ours" | "empty" | "foreign" | "newer";

/** Whose file it is, and whether this server knows its version. */
export function schemaVerdict(database: DatabaseSync): SchemaVerdict {
  const id = pragma(database, "application_id");
  const isEmpty = database.prepare("select 1 from sqlite_schema limit 1").get() === undefined;
  if (id === 0 && isEmpty) return "empty";
  if (id !== applicationId) return "foreign";
  return pragma(database, "user_version") > schemaVersion ? "newer" : "ours";
}

/** Brings a file of ours, or an empty one, to this server's version, or leaves it as it was. */
export function migrate(database: DatabaseSync): void {
  database.exec("begin immediate");
  const version = pragma(database, "user_version");
  try {
    for (const step of migrations.slice(version)) {
      if (typeof step === "string") database.exec(step);
      else step(database);
    }
    database.exec(`pragma application_id = ${applicationId}`);
    database.exec(`pragma user_version = ${schemaVersion}`);
    database.exec("commit");
  } catch (error) {
    if (database.isTransaction) database.exec("rollback");
    // The next start tries again.
    if (version >= minVersion && isNoRoom(error)) return;
    throw error;
  }
}

/** Bytes of zeros that are written as one row. */
const bytesAtOnce = 2 ** 20;

/** Fills the free pages of a file with zeros, and frees them again. */
function overwriteFreePages(database: DatabaseSync): void {
  const freeBytes = () => pragma(database, "freelist_count") * pragma(database, "page_size");
  if (freeBytes() === 0) return;
  database.exec("create table arena_zeros (zeros blob)");
  const insert = database.prepare("insert into arena_zeros values (zeroblob(?))");
  // The table takes a few pages more than its rows.
  for (let left = freeBytes(); left > 0; left = freeBytes()) {
    insert.run(Math.min(bytesAtOnce, left));
  }
  database.exec("drop table arena_zeros");
}

/** Number of the last request that was ever stored in it, deleted ones included; 0 if none was. */
export function lastRowOf(database: DatabaseSync): number {
  const sql = "select seq from sqlite_sequence where name = 'arena_requests'";
  return Number(database.prepare(sql).get()?.["seq"] ?? 0);
}

function pragma(database: DatabaseSync, name: string): number {
  return Number(database.prepare(`pragma ${name}`).get()?.[name]);
}
