import type { DatabaseSync, StatementSync } from "node:sqlite";
import { numberIn, type Row, textIn } from "./columns.ts";

/** A row that may be claimed. */
export interface Candidate {
  readonly id: number;
  readonly bytes: number;
}

/**
 * Finds the requests whose turn it is when a session's requests run one after
 * the other. Remembers which rows need no second look: those whose session was
 * busy are found again when their session's turn passes.
 */
export class SessionTurns {
  readonly #modelID: string;
  readonly #firstOf: StatementSync;
  readonly #unseen: StatementSync;
  readonly #last: StatementSync;
  /** Sessions whose turn may have passed. */
  readonly #passed = new Set<string>();
  /** Up to this row everything is running, or waits for a turn that is remembered. */
  #seen = 0;

  /** Creates the index that it needs. */
  constructor(database: DatabaseSync, modelID: string) {
    this.#modelID = modelID;
    database.exec(`create index if not exists arena_sessions
      on arena_requests (model_id, session_key, id) where state = 'queued'`);
    const isFree = (row: string) => `not exists (
      select 1 from arena_requests as busy indexed by arena_turns
      where busy.model_id = ${row}.model_id and busy.session_key = ${row}.session_key
        and busy.state = 'running' and busy.has_turn)`;
    this.#firstOf = database.prepare(`
      select id, bytes, deadline from arena_requests as first indexed by arena_sessions
      where model_id = $model and session_key = $session and state = 'queued' and ${isFree("first")}
      order by id limit 1`);
    this.#unseen = database.prepare(`
      select id, bytes, deadline, session_key from arena_requests as unseen indexed by arena_queued
      where model_id = $model and state = 'queued' and id > $seen and deadline > $now
        and ${isFree("unseen")}
        and not exists (
          select 1 from arena_requests as earlier indexed by arena_sessions
          where earlier.model_id = unseen.model_id and earlier.session_key = unseen.session_key
            and earlier.state = 'queued' and earlier.id < unseen.id)
      order by id limit $limit`);
    this.#last = database.prepare("select coalesce(max(id), 0) as id from arena_requests");
  }

  /** The session's running request has ended, or one of its requests left the queue or came back. */
  pass(sessionKey: string): void {
    this.#passed.add(sessionKey);
  }

  /** Deletes the index: where sessions need not wait, it doubles the price of an insert. */
  static omit(database: DatabaseSync): null {
    database.exec("drop index if exists arena_sessions");
    return null;
  }

  /** A request of the session runs. */
  take(sessionKey: string): void {
    this.#passed.delete(sessionKey);
  }

  /** Everything is looked at again. */
  forget(): void {
    this.#passed.clear();
    this.#seen = 0;
  }

  /** The oldest rows whose turn it is, at most one of a session. */
  next(limit: number, now: number): readonly Candidate[] {
    // All of these are older than any that was not seen yet.
    const found = this.#ofPassed(now).toSorted((one, other) => one.id - other.id);
    if (found.length < limit) found.push(...this.#ofUnseen(limit - found.length, now));
    return found.slice(0, limit);
  }

  #ofPassed(now: number): Candidate[] {
    const found: Candidate[] = [];
    for (const sessionKey of this.#passed) {
      const row = this.#firstOf.get({ model: this.#modelID, session: sessionKey });
      // What was not seen yet will be, in its place.
      if (!row || numberIn(row, "id") > this.#seen) this.#passed.delete(sessionKey);
      else if (numberIn(row, "deadline") > now) found.push(toCandidate(row));
    }
    return found;
  }

  #ofUnseen(limit: number, now: number): Candidate[] {
    // The sessions of late ones pass when those are claimed, as late ones are.
    const rows = this.#unseen.all({ model: this.#modelID, seen: this.#seen, now, limit });
    // Whoever finds no room this time is found again.
    for (const row of rows) this.#passed.add(textIn(row, "session_key"));
    const last = rows.length < limit ? this.#last.get() : rows.at(-1);
    if (last) this.#seen = Math.max(this.#seen, numberIn(last, "id"));
    return rows.map(toCandidate);
  }
}

/** A row's place and size. */
export function toCandidate(row: Row): Candidate {
  return { id: numberIn(row, "id"), bytes: numberIn(row, "bytes") };
}
