import { randomUUID } from "node:crypto";
import type {
  Arrival,
  Claim,
  ClaimedAnswer,
  ClaimedRow,
  ClaimKind,
  PublishedMetrics,
  QueueStore,
  QueueStoreOptions,
  Refusal,
  StoreLimits,
  TakenRow,
} from "../queue-store.ts";
import type { QueueStats } from "../request-queue.ts";
import { Announcements } from "./announcements.ts";
import { Connections } from "./connections.ts";
import { PostgresArrivals } from "./postgres-arrivals.ts";
import { toConfigurationError, unreachable } from "./postgres-problems.ts";
import {
  type ClaimColumns,
  type ClaimedColumns,
  type TakenColumns,
  toClaimedRows,
  toTakenRows,
} from "./postgres-rows.ts";
import { migrate } from "./postgres-schema.ts";
import * as sql from "./statements.ts";
import { toText } from "./text-codec.ts";
import { untilAlone } from "./until-alone.ts";

/** Where the rows are. */
export interface PostgresStoreOptions extends QueueStoreOptions {
  readonly url: string;
}

/** Rows that one sweep deletes of each kind. */
const deleteLimit = 1000;
const overdueGraceMs = 5000;
/** As long as replicas rest between two attempts to reach a database that is away. */
const longestRestMs = 2000;

/**
 * Rows in a Postgres that several processes share. Whoever claims or takes a
 * row holds it for as long as its lease is renewed; a token fences off whoever
 * lost it.
 */
export class PostgresStore implements QueueStore {
  readonly isShared = true;
  readonly sweepIntervalMs: number;
  readonly #options: PostgresStoreOptions;
  readonly #modelID: string;
  readonly #owner = randomUUID();
  readonly #connections: Connections;
  readonly #announcements: Announcements;
  readonly #arrivals: PostgresArrivals;
  #lease = { since: 0, until: 0 };
  /** Until then nobody is taken for dead. */
  #patientUntil = 0;
  #isStopped = false;

  constructor(options: PostgresStoreOptions) {
    const { url, modelID, leaseMs, onChange } = options;
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
    this.#arrivals = new PostgresArrivals({
      connections: this.#connections,
      announcements: this.#announcements,
      modelID: this.#modelID,
      maxUndelivered: options.maxUndelivered,
    });
  }

  get lease(): { readonly since: number; readonly until: number } {
    return this.#lease;
  }

  async start(): Promise<void> {
    try {
      await this.#connections.with(migrate);
      await this.#connections.listen();
      await this.sweep();
    } catch (error) {
      const { url } = this.#options;
      throw toConfigurationError(error, url) ?? unreachable(error, url);
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

  insert(
    arrivals: readonly Arrival[],
    limits: StoreLimits,
    _isRetry: boolean,
  ): Promise<readonly ("accepted" | "duplicate" | "full")[]> {
    return this.#arrivals.insert(arrivals, limits);
  }

  refuse(refusals: readonly Refusal[], _isRetry: boolean): Promise<readonly boolean[]> {
    return this.#arrivals.refuse(refusals);
  }

  async claim(
    kind: ClaimKind,
    token: string,
    limit: number,
    isRetry: boolean,
  ): Promise<readonly ClaimedRow[]> {
    const now = Date.now();
    const which = kind === "due" && this.#options.isSerial ? "dueInTurn" : kind;
    const values: unknown[] = [this.#modelID, now, limit, this.#owner, token];
    if (kind === "due") values.push(this.#options.maxUndelivered);
    let rows: readonly ClaimedColumns[] = [];
    if (isRetry) {
      const found = [this.#owner, token];
      rows = await this.#connections.relaxedly("find-claimed", sql.findClaimed, found);
    }
    if (rows.length === 0) {
      rows = await untilAlone(() => this.#claim(which, values));
    }
    return toClaimedRows(rows, this.#options.modelID, token);
  }

  /** A turn that a crash of the database took away would be given twice. */
  #claim(which: keyof typeof sql.claims, values: readonly unknown[]): Promise<ClaimedColumns[]> {
    const [name, statement] = [`claim-${which}`, sql.claims[which]];
    return which === "dueInTurn"
      ? this.#connections.durably(name, statement, values)
      : this.#connections.relaxedly(name, statement, values);
  }

  async answer(answers: readonly ClaimedAnswer[], isRetry: boolean): Promise<readonly boolean[]> {
    const rows = answers.map(({ row }) => row);
    const tokens = answers.map(({ token }) => token);
    const stored = await this.#connections.durably<ClaimColumns>("answer", sql.answer, [
      rows,
      tokens,
      answers.map(({ answer }) => answer.text),
      answers.map(({ answer }) => answer.outcome),
      answers.map(({ answeredAt }) => answeredAt),
    ]);
    // Two attempts at one row may be among them.
    const nameOf = (token: string, row: number) => `${token} ${row}`;
    const names = new Set(stored.map(({ claim, id }) => nameOf(claim, id)));
    if (isRetry) {
      const values = [rows, tokens];
      const found = await this.#connections.durably<ClaimColumns>(
        "find-answered",
        sql.findAnswered,
        values,
      );
      for (const { claim, id } of found) names.add(nameOf(claim, id));
    }
    if (names.size > 0) this.#announcements.announce("answers");
    return answers.map(({ token, row }) => names.has(nameOf(token, row)));
  }

  async giveBack(claims: readonly Claim[]): Promise<void> {
    await this.#connections.durably("give-back", sql.giveBack, toColumns(claims));
    this.#announcements.announce("requests");
  }

  async take(token: string, limit: number, isRetry: boolean): Promise<readonly TakenRow[]> {
    let rows: readonly TakenColumns[] = [];
    if (isRetry) {
      const values = [this.#owner, token];
      rows = await this.#connections.relaxedly("find-taken", sql.findTaken, values);
    }
    if (rows.length === 0) {
      const values = [this.#modelID, limit, this.#owner, token];
      rows = await this.#connections.relaxedly("take", sql.take, values);
    }
    return toTakenRows(rows, token);
  }

  async done(taken: readonly Claim[], deliveredAt: number): Promise<void> {
    const columns = toColumns(taken);
    if (this.#options.retentionMs === 0) {
      await this.#connections.durably("forget", sql.forget, columns);
    }
    await untilAlone(() => this.#connections.durably("done", sql.done, [...columns, deliveredAt]));
  }

  async release(taken: readonly Claim[]): Promise<void> {
    await this.#connections.durably("release", sql.release, toColumns(taken));
    this.#announcements.announce("answers");
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
    const { leaseMs, retentionMs, onChange } = this.#options;
    const now = Date.now();
    await this.#connections.durably("renew-lease", sql.renewLease, [this.#owner, leaseMs]);
    // Whoever was away for too long holds nothing any more of what it had before.
    const isLate = now >= this.#lease.until;
    // The database may have been away for all: the others get the time to renew their leases.
    if (isLate && this.#lease.until > 0) this.#patientUntil = now + leaseMs + longestRestMs;
    const since = isLate ? Date.now() : this.#lease.since;
    this.#lease = { since, until: now + leaseMs };
    if (now >= this.#patientUntil) {
      this.#announceFreed(
        await untilAlone(() => this.#connections.durably("free-dead", sql.freeDead, [])),
      );
    }
    await this.#connections.listen();
    await this.#connections.relaxedly("forget-replicas", sql.forgetReplicas, []);
    const oldest = [now - retentionMs, deleteLimit];
    const deleted = await Promise.all([
      this.#connections.relaxedly("delete-delivered", sql.deleteDelivered, oldest),
      this.#connections.relaxedly("delete-metrics", sql.deleteMetrics, oldest),
    ]);
    // A notice may have been lost, or what was freed may be of use to somebody here.
    onChange("anything");
    return deleted.some((rows) => rows.length === deleteLimit);
  }

  /** What is free again may be of use to another replica, whose own sweep may be far away. */
  #announceFreed(rows: readonly { readonly state: string }[]): void {
    for (const { state } of rows) {
      this.#announcements.announce(state === "queued" ? "requests" : "answers");
    }
  }
}

function toColumns(claims: readonly Claim[]): [number[], string[]] {
  return [claims.map(({ row }) => row), claims.map(({ token }) => token)];
}
