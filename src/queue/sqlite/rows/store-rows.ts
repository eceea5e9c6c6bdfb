import type { DatabaseSync, StatementSync } from "node:sqlite";
import type { RequestKey } from "../../request-queue.ts";
import type { QueueStore } from "../../stored/queue-store.ts";
import {
  bringsRows,
  type CallHandlers,
  type CallName,
  type Result,
  type StoreCall,
} from "../store-calls.ts";
import { Arrivals } from "./arrivals.ts";
import { Claims } from "./claims.ts";
import { Deliveries } from "./deliveries.ts";
import { Housekeeping } from "./housekeeping.ts";
import { type RowOptions, StoreDatabase } from "./store-database.ts";

/** What became of calls that were done together. */
export interface Done {
  readonly results: readonly unknown[];
  /** Another program has changed the file since the last time. */
  readonly isForeignChange: boolean;
  readonly mayHave: QueueStore["mayHave"];
}

/** Does calls on an open file, many in one transaction. */
export class StoreRows {
  readonly #store: StoreDatabase;
  readonly #housekeeping: Housekeeping;
  readonly #handlers: CallHandlers;
  readonly #begin: StatementSync;
  readonly #commit: StatementSync;
  readonly #version: StatementSync;
  #lastVersion: unknown;

  constructor(database: DatabaseSync, options: RowOptions) {
    this.#store = new StoreDatabase(database, options);
    this.#housekeeping = new Housekeeping(this.#store);
    this.#handlers = toHandlers(this.#store, this.#housekeeping);
    this.#begin = database.prepare("begin immediate");
    this.#commit = database.prepare("commit");
    this.#version = database.prepare("pragma data_version");
    this.#lastVersion = this.#version.get()?.["data_version"];
  }

  /** Whether the log of changes holds what was deleted; whoever empties it says so. */
  get hasDeleted(): boolean {
    return this.#store.hasDeleted;
  }

  set hasDeleted(hasDeleted: boolean) {
    this.#store.hasDeleted = hasDeleted;
  }

  /** Whether something was deleted before its time, because there was too much. */
  get hasEvicted(): boolean {
    return this.#store.hasEvicted;
  }

  /** To whom answers are owed, by row. */
  get owed(): ReadonlyMap<number, RequestKey> {
    return this.#store.owed.rows;
  }

  /** The row that was stored last since this object exists; 0 if none was. */
  get lastRow(): number {
    return this.#store.counts.lastRow;
  }

  /** Does all of the calls, or none: then it throws. */
  run(calls: readonly StoreCall[]): Done {
    try {
      this.#begin.run();
      const isForeignChange = this.#notice();
      const results = calls.map((call) => this.#do(call));
      if (calls.some(bringsRows) && this.#housekeeping.isOverfull) this.#housekeeping.sweep();
      this.#commit.run();
      this.#store.owed.commit();
      return { results, isForeignChange, mayHave: this.#store.counts.mayHave };
    } catch (error) {
      this.#rollBack();
      throw error;
    }
  }

  /** Counts anew at the next call: the rows are others now. */
  refresh(): void {
    this.#lastVersion = undefined;
  }

  #rollBack(): void {
    const { database } = this.#store;
    // SQLite may have done it already.
    if (database.isTransaction) database.exec("rollback");
    this.#store.counts.lastRow = 0;
    this.#store.owed.rollBack();
    // Not counted yet: that may fail as well as long as the disk does.
    this.#lastVersion = undefined;
  }

  /** Looks at everything anew when the rows may not be as this object knows them. */
  #notice(): boolean {
    const version = this.#version.get()?.["data_version"];
    if (version === this.#lastVersion) return false;
    this.#store.forget();
    const isForeign = this.#lastVersion !== undefined;
    // What it has deleted, perhaps, may stand in the log.
    if (isForeign) this.#store.hasDeleted = true;
    this.#lastVersion = version;
    return isForeign;
  }

  #do<Name extends CallName>({ name, args }: StoreCall<Name>): Result<Name> {
    return this.#handlers[name](...args);
  }
}

function toHandlers(store: StoreDatabase, housekeeping: Housekeeping): CallHandlers {
  const arrivals = new Arrivals(store);
  const claims = new Claims(store);
  const deliveries = new Deliveries(store);
  return {
    insert: (list, limits) => list.map((arrival) => arrivals.insert(arrival, limits)),
    refuse: (list) => list.map((refusal) => arrivals.refuse(refusal)),
    claim: (...args) => claims.claim(...args),
    answer: (list, isRetry) => list.map((answer) => claims.answer(answer, isRetry)),
    giveBack: (list) => {
      for (const claim of list) claims.giveBack(claim);
    },
    take: (...args) => deliveries.take(...args),
    done: (list, deliveredAt) => {
      for (const taken of list) deliveries.done(taken, deliveredAt);
    },
    release: (list) => {
      for (const taken of list) deliveries.release(taken);
    },
    again: (rows) => rows.map((row) => deliveries.again(row)),
    keepMetrics: (list) => {
      for (const metrics of list) housekeeping.keepMetrics(metrics);
    },
    nextDeadline: () => housekeeping.nextDeadline(),
    stats: () => housekeeping.stats(),
    sweep: () => housekeeping.sweep(),
    free: () => store.free(),
  };
}
