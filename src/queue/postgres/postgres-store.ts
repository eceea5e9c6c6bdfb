import { randomUUID } from "node:crypto";
import { Stopwatch } from "../../async/stopwatch.ts";
import { type Logger, silentLogger } from "../../data-models/request-context.ts";
import type { QueueStats } from "../request-queue.ts";
import { steadyNow } from "../stored/lease.ts";
import type { PublishedMetrics, QueueStore, QueueStoreOptions } from "../stored/queue-store.ts";
import { Announcements } from "./announcements.ts";
import { Connections } from "./connections.ts";
import { HeldRows } from "./held-rows.ts";
import { PostgresArrivals } from "./postgres-arrivals.ts";
import { PostgresClaims } from "./postgres-claims.ts";
import { PostgresDeliveries } from "./postgres-deliveries.ts";
import { failureAt, toConfigurationError } from "./postgres-problems.ts";
import { PostgresRetention } from "./postgres-retention.ts";
import { toText } from "./postgres-rows.ts";
import { migrate } from "./postgres-schema.ts";
import { checkEncoding, checkRights, checkSessions } from "./start-checks.ts";
import * as sql from "./statements.ts";
import { untilAlone } from "./until-alone.ts";

/** Where the rows are. */
export interface PostgresStoreOptions extends QueueStoreOptions {
  readonly url: string;
  readonly logger?: Logger;
}

const overdueGraceMs = 5000;
/** As long as replicas rest between two attempts to reach a database that is away. */
const maxPauseMs = 2000;

/**
 * Rows in a Postgres that several processes share. Whoever claims or takes a
 * row holds it for as long as its lease is renewed; a token fences off whoever
 * lost it.
 */
export class PostgresStore implements QueueStore {
  readonly isShared = true;
  readonly mayHave = { requests: true, answers: true };
  readonly health: QueueStore["health"] = { trouble: null, lostRows: 0 };
  readonly insert: QueueStore["insert"] = (...args) => this.#arrivals.insert(...args);
  readonly refuse: QueueStore["refuse"] = (refusals) => this.#arrivals.refuse(refusals);
  readonly claim: QueueStore["claim"] = (...args) => this.#claims.claim(...args);
  readonly answer: QueueStore["answer"] = (...args) => this.#claims.answer(...args);
  readonly giveBack: QueueStore["giveBack"] = (...args) => this.#claims.giveBack(...args);
  readonly take: QueueStore["take"] = (...args) => this.#deliveries.take(...args);
  readonly done: QueueStore["done"] = (...args) => this.#deliveries.done(...args);
  readonly release: QueueStore["release"] = (...args) => this.#deliveries.release(...args);
  readonly again: QueueStore["again"] = (...args) => this.#deliveries.again(...args);
  readonly sweepIntervalMs: number;
  readonly #options: PostgresStoreOptions;
  readonly #modelID: string;
  readonly #owner = randomUUID();
  readonly #connections: Connections;
  readonly #announcements: Announcements;
  readonly #held: HeldRows;
  readonly #arrivals: PostgresArrivals;
  readonly #claims: PostgresClaims;
  readonly #deliveries: PostgresDeliveries;
  readonly #retention: PostgresRetention;
  #lease = { since: 0, until: 0 };
  /** Runs since the renewal of the lease began. */
  #renewal = new Stopwatch();
  /** Until then nobody is taken for dead. */
  #retryUntil = 0;
  #isStopped = false;

  constructor(options: PostgresStoreOptions) {
    const { url, modelID, isSerial, maxUndelivered, retentionMs, leaseMs } = options;
    const { onChange, logger = silentLogger } = options;
    this.#options = options;
    this.#modelID = toText(modelID);
    this.sweepIntervalMs = leaseMs / 3;
    this.#connections = new Connections({
      url,
      onMessage: (text) => this.#announcements.received(text),
      onReopened: () => onChange("anything"),
    });
    this.#announcements = new Announcements({
      modelID,
      owner: this.#owner,
      send: (text) => this.#connections.notify(text),
      onChange,
    });
    this.#held = new HeldRows({
      connections: this.#connections,
      owner: this.#owner,
      onFreed: (what) => this.#announcements.announce(what),
    });
    const shared = {
      connections: this.#connections,
      announcements: this.#announcements,
      held: this.#held,
      owner: this.#owner,
      modelID: this.#modelID,
    };
    this.#arrivals = new PostgresArrivals({ ...shared, maxUndelivered });
    this.#claims = new PostgresClaims({ ...shared, modelID, isSerial, maxUndelivered });
    this.#deliveries = new PostgresDeliveries({ ...shared, retentionMs });
    this.#retention = new PostgresRetention({
      connections: this.#connections,
      retentionMs,
      retentionBytes: options.retentionBytes,
      logger,
    });
  }

  get lease(): { readonly since: number; readonly until: number } {
    const { leaseMs } = this.#options;
    return this.#renewal.elapsedMs < leaseMs ? this.#lease : { ...this.#lease, until: 0 };
  }

  async start(): Promise<void> {
    try {
      await checkSessions(this.#connections);
      await this.#connections.with(checkEncoding);
      await this.#connections.with(checkRights);
      await this.#connections.with(migrate);
      await this.#connections.listen();
      await this.#renew();
    } catch (error) {
      const { url } = this.#options;
      throw toConfigurationError(error, url) ?? failureAt(error, url);
    }
  }

  async stop(): Promise<void> {
    if (this.#isStopped) return;
    this.#isStopped = true;
    try {
      this.#announceFreed(await this.#connections.durably("free-own", sql.freeOwn, [this.#owner]));
      await this.#connections.durably("end-lease", sql.endLease, [this.#owner]);
      await this.#announcements.flush();
    } finally {
      await this.#connections.close();
    }
  }

  async keepMetrics(metrics: readonly PublishedMetrics[]): Promise<void> {
    if (this.#options.retentionMs === 0) return;
    await this.#connections.durably("keep-metrics", sql.keepMetrics, [
      metrics.map(({ arrival }) => arrival),
      this.#modelID,
      metrics.map(({ sessionID }) => toText(sessionID)),
      metrics.map((published) => toText(published.metrics)),
      metrics.map(({ receivedAt }) => receivedAt),
    ]);
  }

  async nextDeadline(): Promise<number | null> {
    const [row] = await this.#connections.relaxedly<{ deadline: number | null }>(
      "next-deadline",
      sql.nextDeadline,
      [this.#modelID],
    );
    return row?.deadline ?? null;
  }

  async stats(): Promise<QueueStats> {
    const now = Date.now();
    const [row] = await this.#connections.relaxedly<{
      readonly size: number;
      readonly pending: number;
      readonly undelivered: number;
      readonly oldest: number | null;
      readonly overdue: number;
    }>("stats", sql.stats, [this.#modelID, now - overdueGraceMs]);
    if (!row) throw new Error("Postgres counted nothing at all");
    const { size, pending, undelivered, oldest, overdue } = row;
    return { size, pending, undelivered, oldestAgeMs: oldest === null ? 0 : now - oldest, overdue };
  }

  async sweep(): Promise<boolean> {
    await this.#renew();
    return this.#retention.deleteBatch();
  }

  /**
   * Renews the lease, and says when that began. One that was under way for as long
   * as it lasts is over when it is heard of.
   */
  async #renewLease(): Promise<{ readonly begin: number; readonly renewal: Stopwatch }> {
    const { leaseMs } = this.#options;
    for (;;) {
      const [begin, renewal] = [steadyNow(), new Stopwatch()];
      await this.#connections.durably("renew-lease", sql.renewLease, [this.#owner, leaseMs]);
      if (renewal.elapsedMs < leaseMs) return { begin, renewal };
    }
  }

  /** Says that this process lives, and frees what nobody works on. */
  async #renew(): Promise<void> {
    const { leaseMs, onChange } = this.#options;
    const { begin, renewal } = await this.#renewLease();
    const renewedAt = steadyNow();
    // Whoever was away for too long holds nothing any more of what it had before.
    const isLate = renewedAt >= this.lease.until;
    // The database may have been away for all: the others get the time to renew their leases.
    if (isLate && this.#lease.until > 0) {
      this.#retryUntil = renewedAt + leaseMs + maxPauseMs;
    }
    const since = isLate ? renewedAt : this.#lease.since;
    this.#lease = { since, until: begin + leaseMs };
    this.#renewal = renewal;
    if (isLate) onChange("anything");
    if (begin >= this.#retryUntil) {
      this.#announceFreed(
        await untilAlone(() => this.#connections.durably("free-dead", sql.freeDead, [])),
      );
    }
    await this.#held.freeStrays();
    await this.#connections.listen();
    // A notice may have been lost, or what was freed may be of use to somebody here.
    onChange("anything");
  }

  /** What is free again may be of use to another replica, whose own sweep may be far away. */
  #announceFreed(rows: readonly { readonly state: string }[]): void {
    for (const { state } of rows) {
      this.#announcements.announce(state === "queued" ? "requests" : "answers");
    }
  }
}
