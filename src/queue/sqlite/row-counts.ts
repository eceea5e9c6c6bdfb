import type { DatabaseSync, StatementSync } from "node:sqlite";
import { numberIn } from "./columns.ts";

/**
 * How many rows of a model are in which state. Counted once and then kept, so
 * that a claim costs the same however much waits.
 */
export class RowCounts {
  /** Rows that wait. */
  queued = 0;
  running = 0;
  /** Rows whose answer is not acknowledged. */
  undelivered = 0;
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
        ${of("answered")} + ${of("delivering")} as undelivered,
        max(coalesce(${of("answered", "max(answer_order)")}, 0),
          coalesce(${of("delivering", "max(answer_order)")}, 0)) as last_order`);
  }

  /** Counts anew, after a rollback and after another program's changes. */
  recount(): void {
    const row = this.#count.get({ model: this.#modelID });
    if (!row) throw new Error("SQLite counted nothing at all");
    this.queued = numberIn(row, "queued");
    this.running = numberIn(row, "running");
    this.undelivered = numberIn(row, "undelivered");
    // Never backwards: an order that was given out once stays taken.
    this.lastOrder = Math.max(this.lastOrder, numberIn(row, "last_order"));
  }
}
