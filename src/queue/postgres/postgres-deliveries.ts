import type { Claim, TakenRow } from "../stored/queue-store.ts";
import type { Announcements } from "./announcements.ts";
import type { Connections } from "./connections.ts";
import type { HeldRows } from "./held-rows.ts";
import { type TakenColumns, toTakenRows } from "./postgres-rows.ts";
import * as sql from "./statements.ts";
import { untilAlone } from "./until-alone.ts";

/** What answers are handed out with. */
export interface PostgresDeliveriesOptions {
  readonly connections: Connections;
  readonly announcements: Announcements;
  readonly held: HeldRows;
  readonly owner: string;
  /** As Postgres holds it. */
  readonly modelID: string;
  readonly retentionMs: number;
}

/** Hands out answers, and learns what became of them. */
export class PostgresDeliveries {
  readonly #options: PostgresDeliveriesOptions;

  constructor(options: PostgresDeliveriesOptions) {
    this.#options = options;
  }

  take(token: string, limit: number, isRetry: boolean): Promise<readonly TakenRow[]> {
    const { connections, held, owner, modelID } = this.#options;
    // Several rows together may have been too much for the link.
    const most = isRetry ? 1 : limit;
    return held.gain(token, isRetry, async (unused) => {
      const values = [modelID, most, owner, unused];
      // What a crash of the database took away would be delivered twice, on streams that never broke.
      return toTakenRows(await connections.durably<TakenColumns>("take", sql.take, values), unused);
    });
  }

  async done(taken: readonly Claim[], deliveredAt: number): Promise<void> {
    const { connections, held, retentionMs } = this.#options;
    const columns = toColumns(taken);
    if (retentionMs === 0) await connections.durably("forget", sql.forget, columns);
    await untilAlone(() => connections.durably("done", sql.done, [...columns, deliveredAt]));
    held.lose(taken);
  }

  async again(rows: readonly number[]): Promise<readonly boolean[]> {
    const { connections, announcements } = this.#options;
    const values = [rows, Date.now()];
    const repeated = await connections.durably<{ readonly id: string }>("again", sql.again, values);
    announcements.announce("answers");
    const ids = new Set(repeated.map(({ id }) => Number(id)));
    return rows.map((row) => ids.has(row));
  }

  async release(taken: readonly Claim[]): Promise<void> {
    const { connections, announcements, held } = this.#options;
    await connections.durably("release", sql.release, toColumns(taken));
    held.lose(taken);
    announcements.announce("answers");
  }
}

function toColumns(taken: readonly Claim[]): [number[], string[]] {
  return [taken.map(({ row }) => row), taken.map(({ token }) => token)];
}
