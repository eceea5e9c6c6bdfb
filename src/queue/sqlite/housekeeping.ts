import type { StatementSync } from "node:sqlite";
import { maxBytesAtOnce, type PublishedMetrics } from "../queue-store.ts";
import type { QueueStats } from "../request-queue.ts";
import { numberIn, numberOrNullIn } from "./columns.ts";
import type { StoreDatabase } from "./store-database.ts";

/** A worker answers at the deadline; what has none this much later is stuck. */
const graceMs = 5000;
/** Rows that one sweep deletes. */
const batchSize = 1000;

/** Knows how full a store is, keeps metrics, and deletes what was kept long enough. */
export class Housekeeping {
  readonly #store: StoreDatabase;
  readonly #keep: StatementSync;
  readonly #nextDeadline: StatementSync;
  readonly #oldest: StatementSync;
  readonly #overdue: StatementSync;
  readonly #old: StatementSync;
  readonly #delete: StatementSync;
  readonly #deleteMetrics: StatementSync;

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
    this.#old = database.prepare(`
      select id, bytes + coalesce(octet_length(answer), 0) as bytes from arena_requests indexed by arena_delivered
      where state = 'delivered' and delivered_at < ? order by delivered_at limit ${batchSize}`);
    this.#delete = database.prepare("delete from arena_requests where id = ?");
    this.#deleteMetrics = database.prepare(`
      delete from arena_metrics where id in (
        select id from arena_metrics where received_at < ? order by received_at limit ${batchSize})`);
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

  /** True when more is left to delete. */
  sweep(): boolean {
    const before = Date.now() - this.#store.options.retentionMs;
    const old = this.#old.all(before);
    let bytes = 0;
    let count = 0;
    for (const row of old) {
      bytes += numberIn(row, "bytes");
      // Others wait for the end of this batch.
      if (count > 0 && bytes > maxBytesAtOnce) break;
      this.#delete.run(numberIn(row, "id"));
      count++;
    }
    const metrics = Number(this.#deleteMetrics.run(before).changes);
    if (count > 0 || metrics > 0) this.#store.hasDeleted = true;
    return count < old.length || count === batchSize || metrics === batchSize;
  }
}
