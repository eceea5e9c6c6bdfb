import type { DatabaseSync, StatementSync } from "node:sqlite";
import type { RequestKey } from "../../request-queue.ts";
import type { QueueStore, QueueStoreOptions } from "../../stored/queue-store.ts";
import { numberIn, textIn } from "./columns.ts";
import { SessionTurns } from "./session-turns.ts";

/**
 * To whom answers are owed, by row: should their rows not be readable one day,
 * they can still be told.
 */
class OwedAnswers {
  readonly #owed = new Map<number, RequestKey>();
  readonly #find: StatementSync;
  readonly #modelID: string;
  /** Takes back what the transaction has changed. */
  #undo: (() => void)[] = [];

  constructor(database: DatabaseSync, modelID: string) {
    this.#modelID = modelID;
    this.#find = database.prepare(`
      select id, session_id, message_id from arena_requests
      where model_id = ? and state in ('queued', 'running', 'answered', 'delivering')`);
  }

  get rows(): ReadonlyMap<number, RequestKey> {
    return this.#owed;
  }

  add(row: number, { sessionID, messageID }: RequestKey): void {
    this.#owed.set(row, { sessionID, messageID });
    this.#undo.push(() => this.#owed.delete(row));
  }

  /** Its answer is delivered, or it was deleted. */
  remove(row: number): void {
    const key = this.#owed.get(row);
    if (key && this.#owed.delete(row)) this.#undo.push(() => this.#owed.set(row, key));
  }

  /** What was changed since the last call of this is stored. */
  commit(): void {
    this.#undo = [];
  }

  /** What was changed since the last commit is not stored. */
  rollBack(): void {
    for (const undo of this.#undo.toReversed()) undo();
    this.#undo = [];
  }

  /** Reads all of them from the file. */
  recount(): void {
    const found = this.#find.all(this.#modelID);
    this.#owed.clear();
    for (const row of found) {
      const key = { sessionID: textIn(row, "session_id"), messageID: textIn(row, "message_id") };
      this.#owed.set(numberIn(row, "id"), key);
    }
  }
}

/**
 * How many rows of a model are in which state. Counted once and then kept, so
 * that a claim costs the same however much waits.
 */
class RowCounts {
  /** Rows that wait. */
  queued = 0;
  running = 0;
  /** Rows whose answer is not acknowledged. */
  undelivered = 0;
  /** Those among them that are taken. */
  delivering = 0;
  /** Place of the answer that was stored last. */
  lastOrder = 0;
  /** The row that was inserted last, since the last rollback; 0 if none was. */
  lastRow = 0;
  readonly #count: StatementSync;
  readonly #modelID: string;

  constructor(database: DatabaseSync, modelID: string) {
    this.#modelID = modelID;
    const of = (state: string, what = "count(*)") =>
      `(select ${what} from arena_requests where model_id = $model and state = '${state}')`;
    this.#count = database.prepare(`
      select ${of("queued")} as queued, ${of("running")} as running,
        ${of("answered")} as answered, ${of("delivering")} as delivering,
        max(coalesce(${of("answered", "max(answer_order)")}, 0),
          coalesce(${of("delivering", "max(answer_order)")}, 0)) as last_order`);
  }

  /** Whether there are rows to be claimed one day, and to be taken. */
  get mayHave(): QueueStore["mayHave"] {
    return { requests: this.queued > 0, answers: this.undelivered > this.delivering };
  }

  /** Counts anew, after a rollback and after another program's changes. */
  recount(): void {
    const row = this.#count.get({ model: this.#modelID });
    if (!row) throw new Error("SQLite counted nothing at all");
    this.queued = numberIn(row, "queued");
    this.running = numberIn(row, "running");
    this.delivering = numberIn(row, "delivering");
    this.undelivered = numberIn(row, "answered") + this.delivering;
    // Never backwards: an order that was given out once stays taken.
    this.lastOrder = Math.max(this.lastOrder, numberIn(row, "last_order"));
  }
}

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
