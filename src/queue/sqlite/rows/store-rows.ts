import type { DatabaseSync, StatementSync } from "node:sqlite";
import type { RequestKey } from "../../request-queue.ts";
import type { QueueStore } from "../../stored/queue-store.ts";
import { bringsRows, type StoreCall } from "../store-calls.ts";
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
  readonly #arrivals: Arrivals;
  readonly #claims: Claims;
  readonly #deliveries: Deliveries;
  readonly #housekeeping: Housekeeping;
  readonly #begin: StatementSync;
  readonly #commit: StatementSync;
  readonly #version: StatementSync;
  #lastVersion: unknown;

  constructor(database: DatabaseSync, options: RowOptions) {
    this.#store = new StoreDatabase(database, options);
    this.#arrivals = new Arrivals(this.#store);
    this.#claims = new Claims(this.#store);
    this.#deliveries = new Deliveries(this.#store);
    this.#housekeeping = new Housekeeping(this.#store);
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

  #do(call: StoreCall): unknown {
    switch (call.name) {
      case "insert":
        return call.arrivals.map((arrival) => this.#arrivals.insert(arrival, call.limits));
      case "refuse":
        return call.refusals.map((refusal) => this.#arrivals.refuse(refusal));
      case "claim":
        return this.#claims.claim(call.kind, call.token, call.limit, call.isRetry);
      case "answer":
        return call.answers.map((answer) => this.#claims.answer(answer, call.isRetry));
      case "giveBack":
        for (const claim of call.claims) this.#claims.giveBack(claim);
        return undefined;
      case "take":
        return this.#deliveries.take(call.token, call.limit, call.isRetry);
      case "done":
        for (const taken of call.taken) this.#deliveries.done(taken, call.deliveredAt);
        return undefined;
      case "release":
        for (const taken of call.taken) this.#deliveries.release(taken);
        return undefined;
      case "again":
        return call.rows.map((row) => this.#deliveries.again(row));
      case "keepMetrics":
        for (const metrics of call.metrics) this.#housekeeping.keepMetrics(metrics);
        return undefined;
      case "nextDeadline":
        return this.#housekeeping.nextDeadline();
      case "stats":
        return this.#housekeeping.stats();
      case "sweep":
        return this.#housekeeping.sweep();
      case "free":
        return this.#store.free();
    }
  }
}
