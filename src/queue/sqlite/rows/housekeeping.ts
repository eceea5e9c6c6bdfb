import type { StatementSync } from "node:sqlite";
import type { QueueStats } from "../../request-queue.ts";
import type { PublishedMetrics } from "../../stored/queue-store.ts";
import { numberIn, numberOrNullIn } from "./columns.ts";
import type { StoreDatabase } from "./store-database.ts";

/** A worker answers at the deadline; what has none this much later is stuck. */
const graceMs = 5000;
/** Rows that one sweep deletes, and their bytes: deleting writes as much, for which a full disk has little room. */
const batchSize = 1000;
const batchBytes = 2 ** 20;

/** Knows how full a store is, keeps metrics, and deletes what was kept long enough. */
export class Housekeeping {
  readonly #store: StoreDatabase;
  readonly #keep: StatementSync;
  readonly #nextDeadline: StatementSync;
  readonly #oldest: StatementSync;
  readonly #overdue: StatementSync;
  readonly #deletable: StatementSync;
  readonly #delete: StatementSync;
  readonly #deleteMetrics: StatementSync;
  readonly #pages: StatementSync;
  readonly #freePages: StatementSync;
  readonly #pageSize: number;

  constructor(store: StoreDatabase) {
    this.#store = store;
    const { database } = store;
    this.#keep = database.prepare(`
      insert into arena_metrics (arrival, model_id, session_id, metrics, received_at)
      values (?, ?, ?, ?, ?) on conflict (arrival) do nothing`);
    this.#nextDeadline = database.prepare(`
      select min(deadline) as deadline from arena_requests indexed by arena_deadlines
      where model_id = ? and state = 'queued'`);
    this.#oldest = database.prepare(`
      select received_at from arena_requests indexed by arena_queued
      where model_id = ? and state = 'queued' order by id limit 1`);
    this.#overdue = database.prepare(`
      select (select count(*) from arena_requests indexed by arena_deadlines
          where model_id = ? and state = 'queued' and deadline < ?)
        + (select count(*) from arena_requests indexed by arena_running
          where model_id = ? and state = 'running' and deadline < ?) as count`);
    this.#deletable = database.prepare(`
      select * from (
        select id, delivered_at as at, bytes + coalesce(octet_length(answer), 0) as bytes,
          1 as is_request
        from arena_requests indexed by arena_delivered
        where state = 'delivered' and delivered_at < $before order by delivered_at limit ${batchSize})
      union all select * from (
        select id, received_at, octet_length(metrics), 0 from arena_metrics
        where received_at < $before order by received_at limit ${batchSize})
      order by at limit ${batchSize}`);
    this.#delete = database.prepare("delete from arena_requests where id = ?");
    this.#deleteMetrics = database.prepare("delete from arena_metrics where id = ?");
    this.#pages = database.prepare("pragma page_count");
    this.#freePages = database.prepare("pragma freelist_count");
    this.#pageSize = numberOf(database.prepare("pragma page_size"), "page_size");
  }

  keepMetrics({ arrival, sessionID, metrics, receivedAt }: PublishedMetrics): void {
    const { modelID, retentionMs } = this.#store.options;
    if (retentionMs > 0) this.#keep.run(arrival, modelID, sessionID, metrics, receivedAt);
  }

  nextDeadline(): number | null {
    const row = this.#nextDeadline.get(this.#store.options.modelID);
    return row ? numberOrNullIn(row, "deadline") : null;
  }

  stats(): QueueStats {
    const { counts, options } = this.#store;
    const now = Date.now();
    const oldest = this.#oldest.get(options.modelID);
    const late = [options.modelID, now - graceMs];
    const overdue = this.#overdue.get(...late, ...late);
    return {
      size: counts.queued,
      pending: counts.running,
      undelivered: counts.undelivered,
      oldestAgeMs: oldest ? Math.max(0, now - numberIn(oldest, "received_at")) : 0,
      overdue: overdue ? numberIn(overdue, "count") : 0,
    };
  }

  /** Whether the rows take more than may be kept. */
  get isOverfull(): boolean {
    const pages = numberOf(this.#pages, "page_count") - numberOf(this.#freePages, "freelist_count");
    return pages * this.#pageSize > this.#store.options.retentionBytes;
  }

  /**
   * Deletes what was kept long enough, and the oldest of what was delivered as
   * long as there is too much; true when more is left to delete.
   */
  sweep(): boolean {
    const before = Date.now() - this.#store.options.retentionMs;
    const found = this.#deletable.all({
      before: this.isOverfull ? Number.MAX_SAFE_INTEGER : before,
    });
    let bytes = 0;
    for (const row of found) {
      const isDue = numberIn(row, "at") < before;
      if (!isDue && !this.isOverfull) return false;
      bytes += numberIn(row, "bytes");
      // Others wait for the end of this batch.
      if (bytes > batchBytes && row !== found[0]) return true;
      const remove = numberIn(row, "is_request") === 1 ? this.#delete : this.#deleteMetrics;
      remove.run(numberIn(row, "id"));
      this.#store.hasDeleted = true;
      if (!isDue) this.#store.hasEvicted = true;
    }
    return found.length === batchSize;
  }
}

function numberOf(statement: StatementSync, column: string): number {
  return numberIn(statement.get() ?? {}, column);
}
