import type { Logger } from "../../data-models/logger.ts";
import type { Connections } from "./connections.ts";
import * as sql from "./retention-statements.ts";

/** What is deleted, and who is told when it cannot be. */
export interface PostgresRetentionOptions {
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
        deleted("delete-delivered", sql.deleteDelivered),
        deleted("delete-metrics", sql.deleteMetrics),
        connections.relaxedly("forget-replicas", sql.forgetReplicas, []),
        connections.relaxedly("forget-forgotten", sql.forgetForgotten, []),
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
    const [row] = await connections.relaxedly<{ at: number | null }>("excess", sql.excess, values);
    if (!row || row.at === null) return;
    const isNews = this.#excessBefore === 0;
    this.#excessBefore = Number(row.at) + 1;
    const message =
      "RETENTION_BYTES is reached: from now on the oldest delivered requests, answers and metrics are deleted before RETENTION has passed. Raise it if the database has room, or export sessions earlier";
    if (isNews) logger.warn({}, message);
  }
}
