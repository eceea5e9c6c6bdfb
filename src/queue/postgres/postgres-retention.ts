import type { Logger } from "../../data-models/request-context.ts";
import type { Connections } from "./connections.ts";
import { askedFor, light, rememberGone, whoAsked } from "./statements.ts";

/** Names that nobody asks for any more. */
const forgetForgotten = `DELETE FROM arena_forgotten WHERE deleted_at < now() - ${askedFor}`;

/** Owners that are long gone. */
const forgetReplicas = "DELETE FROM arena_replicas WHERE lease_until < now() - interval '1 hour'";

const isMoreLeft = `
SELECT count(*) = $2 OR count(*) > (SELECT count(*) FROM next) AS is_more_left FROM old`;

/** What a row takes beside its texts, in the table and in its indexes. */
const bytesPerRow = 500;

/**
 * The time up to which what was delivered has to go, so that no more than $1 bytes are
 * kept; null if there is not too much. Counted only where the tables are larger than that.
 */
const excess = `
SELECT max(at) AS at FROM (
  SELECT at, sum(bytes) OVER (ORDER BY at DESC ROWS UNBOUNDED PRECEDING) AS total FROM (
    SELECT delivered_at AS at, ${bytesPerRow} + coalesce(octet_length(request), 0)
      + coalesce(octet_length(answer), 0) AS bytes
    FROM arena_requests WHERE state = 'delivered'
    UNION ALL
    SELECT received_at, ${bytesPerRow} + octet_length(metrics) FROM arena_metrics) k) s
WHERE total > $1 AND (SELECT pg_total_relation_size('arena_requests')
  + pg_total_relation_size('arena_metrics')) > $1`;

/** $1 time before which it was delivered, $2 most rows. */
const deleteDelivered = `
WITH old AS (
  SELECT id, coalesce(octet_length(request), 0) + coalesce(octet_length(answer), 0) AS bytes
  FROM arena_requests WHERE state = 'delivered' AND delivered_at < $1
  ORDER BY delivered_at LIMIT $2 FOR UPDATE SKIP LOCKED
), next AS ${light("old")}, gone AS (
  DELETE FROM arena_requests r USING next WHERE r.id = next.id ${whoAsked}
), remembered AS (${rememberGone}
)
${isMoreLeft}`;

/** $1 time before which they were received, $2 most rows. */
const deleteMetrics = `
WITH old AS (
  SELECT id, octet_length(metrics) AS bytes
  FROM arena_metrics WHERE received_at < $1
  ORDER BY received_at LIMIT $2 FOR UPDATE SKIP LOCKED
), next AS ${light("old")}, gone AS (
  DELETE FROM arena_metrics m USING next WHERE m.id = next.id
)
${isMoreLeft}`;

/** What is deleted, and who is told when it cannot be. */
interface PostgresRetentionOptions {
  readonly connections: Connections;
  /** Delivered rows and metrics are kept this long. */
  readonly retentionMs: number;
  /** The oldest of them go earlier when they take more than this. */
  readonly retentionBytes: number;
  readonly logger: Logger;
}

/** Rows of each kind that are deleted at once: fewer when they are long. */
const deleteLimit = 1000;
/** Counting what is kept reads all of it. */
const countIntervalMs = 60_000;

/** Deletes what was kept long enough. Nobody waits for that: what fails is tried again later. */
export class PostgresRetention {
  readonly #options: PostgresRetentionOptions;
  #isFailing = false;
  #countedAt = Number.NEGATIVE_INFINITY;
  /** What was delivered before this goes, whatever its time. */
  #excessBefore = 0;

  constructor(options: PostgresRetentionOptions) {
    this.#options = options;
  }

  /** Deletes a batch; true when more is left. Never rejects. */
  async deleteBatch(): Promise<boolean> {
    const { connections, retentionMs, logger } = this.#options;
    try {
      await this.#countExcess();
      const oldest = [Math.max(Date.now() - retentionMs, this.#excessBefore), deleteLimit];
      const deleted = async (name: string, statement: string) =>
        connections.relaxedly<{ is_more_left: boolean }>(name, statement, oldest);
      const left = await Promise.all([
        deleted("delete-delivered", deleteDelivered),
        deleted("delete-metrics", deleteMetrics),
        connections.relaxedly("forget-replicas", forgetReplicas, []),
        connections.relaxedly("forget-forgotten", forgetForgotten, []),
      ]);
      this.#isFailing = false;
      return left.flat().some((row) => row["is_more_left"]);
    } catch (error) {
      // Once is enough: it fails again at every attempt, until it does not.
      if (!this.#isFailing) {
        const message =
          "what was kept for RETENTION cannot be deleted; trying again from time to time";
        logger.warn({ err: error }, message);
      }
      this.#isFailing = true;
      return false;
    }
  }

  async #countExcess(): Promise<void> {
    const now = performance.now();
    if (now - this.#countedAt < countIntervalMs) return;
    this.#countedAt = now;
    const { connections, retentionBytes, logger } = this.#options;
    const values = [retentionBytes];
    const [row] = await connections.relaxedly<{ at: number | null }>("excess", excess, values);
    if (!row || row.at === null) return;
    const isNews = this.#excessBefore === 0;
    this.#excessBefore = Number(row.at) + 1;
    const message =
      "RETENTION_BYTES is reached: from now on the oldest delivered requests, answers and metrics are deleted before RETENTION has passed. Raise it if the database has room, or export sessions earlier";
    if (isNews) logger.warn({}, message);
  }
}
