import type { DatabaseSync, StatementSync } from "node:sqlite";
import type { RequestKey } from "../request-queue.ts";
import { numberIn, textIn } from "./columns.ts";

/**
 * To whom answers are owed, by row: should their rows not be readable one day,
 * they can still be told.
 */
export class OwedAnswers {
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
