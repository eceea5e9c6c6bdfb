import type { DatabaseSync } from "node:sqlite";
import type { QueueStoreOptions } from "../queue-store.ts";
import { OwedAnswers } from "./owed-answers.ts";
import { RowCounts } from "./row-counts.ts";
import { SessionTurns } from "./session-turns.ts";

/** What of a store's options matters to its rows. */
export type RowOptions = Pick<
  QueueStoreOptions,
  "modelID" | "isSerial" | "maxUndelivered" | "retentionMs" | "retentionBytes"
>;

/** An open file, and what is remembered about its rows. */
export class StoreDatabase {
  readonly database: DatabaseSync;
  readonly options: RowOptions;
  readonly counts: RowCounts;
  readonly owed: OwedAnswers;
  /** Null where a session's requests need not wait for each other. */
  readonly turns: SessionTurns | null;
  /** Something was deleted since the log of changes was emptied. */
  hasDeleted = false;
  /** Something was deleted before its time. */
  hasEvicted = false;
  /** Who holds rows: for people who look into the file. */
  readonly owner = `process ${process.pid}`;

  constructor(database: DatabaseSync, options: RowOptions) {
    this.database = database;
    this.options = options;
    this.counts = new RowCounts(database, options.modelID);
    this.owed = new OwedAnswers(database, options.modelID);
    this.turns = options.isSerial
      ? new SessionTurns(database, options.modelID)
      : SessionTurns.omit(database);
    this.forget();
  }

  /** Whether so much lies undelivered that no further work should begin. */
  get isFullOfAnswers(): boolean {
    return this.counts.undelivered >= this.options.maxUndelivered;
  }

  /** Forgets what is remembered, because the rows may be others now. */
  forget(): void {
    this.counts.recount();
    this.owed.recount();
    this.turns?.forget();
  }

  /** Lets everything wait again that is claimed or taken: nobody is left who works on it. */
  free(): void {
    this.database.exec(`
      update arena_requests set state = 'queued', owner = null, claim = null, claimed_at = null,
        has_turn = 0
      where state = 'running';
      update arena_requests set state = 'answered', owner = null, delivery = null,
        is_asked_again = 0
      where state = 'delivering'`);
    this.forget();
  }
}
