import type { Arrival, Refusal, StoreLimits } from "../stored/queue-store.ts";
import { otherKeyOf, requestKeyOf, sessionKeyOf } from "../stored/row-keys.ts";
import { isOfData, NotDoneError, toNotDone } from "../stored/store-errors.ts";
import type { Announcements } from "./announcements.ts";
import type { Connections } from "./connections.ts";
import { isRefusal } from "./postgres-problems.ts";
import { toText } from "./postgres-rows.ts";
import * as sql from "./statements.ts";
import { untilAlone } from "./until-alone.ts";

/** What rows are written with. */
export interface PostgresArrivalsOptions {
  readonly connections: Connections;
  readonly announcements: Announcements;
  /** As Postgres holds it. */
  readonly modelID: string;
  readonly maxUndelivered: number;
}

/** Writes what is new: requests, and answers to requests that were not taken. */
export class PostgresArrivals {
  readonly #connections: Connections;
  readonly #announcements: Announcements;
  readonly #modelID: string;
  readonly #maxUndelivered: number;

  constructor({ connections, announcements, modelID, maxUndelivered }: PostgresArrivalsOptions) {
    this.#connections = connections;
    this.#announcements = announcements;
    this.#modelID = modelID;
    this.#maxUndelivered = maxUndelivered;
  }

  async insert(
    arrivals: readonly Arrival[],
    { maxSize, maxUndelivered }: StoreLimits,
    isRetry: boolean,
  ): Promise<readonly ("accepted" | "duplicate" | "full")[]> {
    const keys = arrivals.map(({ request, arrival }) => requestKeyOf(request, arrival));
    const firsts = new Map<string, Arrival>();
    for (const [place, arrival] of arrivals.entries()) {
      const key = keys[place] ?? "";
      if (!firsts.has(key)) firsts.set(key, arrival);
    }
    const fresh = [...firsts.values()];
    const requests = fresh.map(({ request }) => request);
    const inserted = await this.#insert([
      this.#modelID,
      maxUndelivered,
      maxSize,
      [...firsts.keys()],
      fresh.map(({ arrival }) => arrival),
      requests.map(({ sessionID }) => toText(sessionID)),
      requests.map(({ messageID }) => toText(messageID)),
      requests.map(({ sessionID }) => sessionKeyOf(sessionID)),
      requests.map(({ input }) => JSON.stringify(input)),
      requests.map(({ bytes }) => bytes),
      requests.map(({ receivedAt }) => receivedAt),
      requests.map(({ deadline }) => deadline),
      requests.map(otherKeyOf),
    ]);
    if (inserted.length > 0) this.#announcements.announce("requests");
    // By key, which arrival is stored.
    const stored = new Map<string, string | undefined>();
    for (const { request_key: key } of inserted) stored.set(key, firsts.get(key)?.arrival);
    let hasWritten = inserted.length > 0;
    /** What was written before is there, although this was not even sent. */
    const fail = (error: unknown): never => {
      throw error instanceof NotDoneError && hasWritten ? error.cause : error;
    };
    const isAllNew = inserted.length === arrivals.length;
    const others = isAllNew ? [] : arrivals.map(({ request }) => otherKeyOf(request));
    if (!isAllNew) {
      const repeated = await this.#repeat([...keys, ...others], [...arrivals, ...arrivals]).catch(
        fail,
      );
      hasWritten = true;
      for (const [key, arrival] of repeated) stored.set(key, arrival);
    }
    const storedAt = (place: number) =>
      stored.get(keys[place] ?? "") ?? stored.get(others[place] ?? "");
    const missing = arrivals.filter((_, place) => storedAt(place) === undefined);
    const forgotten = isRetry ? await this.#findForgotten(missing).catch(fail) : new Set<string>();
    const outcomes = arrivals.map(({ arrival }, place) => {
      const known = storedAt(place);
      if (known === arrival || forgotten.has(arrival)) return "accepted";
      return known === undefined ? "full" : "duplicate";
    });
    // An insert before, whose end was not heard of, may have announced nothing.
    if (isRetry && outcomes.includes("accepted")) this.#announcements.announce("requests");
    return outcomes;
  }

  async refuse(refusals: readonly Refusal[]): Promise<readonly boolean[]> {
    const arrivals = refusals.map(({ arrival }) => arrival);
    const inserted = await this.#connections.durably<{ arrival: string }>("refuse", sql.refuse, [
      this.#modelID,
      this.#maxUndelivered,
      arrivals,
      refusals.map(({ sessionID }) => toText(sessionID)),
      refusals.map(({ messageID }) => toText(messageID)),
      refusals.map(({ sessionID }) => sessionKeyOf(sessionID)),
      refusals.map(({ answer }) => answer.text),
      refusals.map(({ answer }) => answer.outcome),
      refusals.map(({ receivedAt }) => receivedAt),
    ]);
    const stored = new Set(inserted.map(({ arrival }) => arrival));
    if (stored.size > 0) this.#announcements.announce("answers");
    if (stored.size < refusals.length) {
      const values = [arrivals];
      const found = await this.#connections.durably<{ arrival: string }>(
        "find-refusals",
        sql.findRefusals,
        values,
      );
      for (const { arrival } of found) stored.add(arrival);
    }
    return arrivals.map((arrival) => stored.has(arrival));
  }

  /** @throws NotDoneError when none is stored; after any other error they may be */
  async #insert(values: readonly unknown[]): Promise<readonly { readonly request_key: string }[]> {
    try {
      return await this.#connections.durably("insert", sql.insert, values);
    } catch (error) {
      throw isRefusal(error) && !isOfData(error) ? toNotDone(error) : error;
    }
  }

  /** Of arrivals that are not there: those that were. */
  async #findForgotten(arrivals: readonly Arrival[]): Promise<ReadonlySet<string>> {
    if (arrivals.length === 0) return new Set();
    const values = [arrivals.map(({ arrival }) => arrival)];
    const rows = await this.#connections.durably<{ arrival: string }>(
      "find-forgotten",
      sql.findForgotten,
      values,
    );
    return new Set(rows.map(({ arrival }) => arrival));
  }

  /** What became of keys that were not inserted: by key, the arrival that is stored. */
  async #repeat(
    keys: readonly (string | null)[],
    arrivals: readonly Arrival[],
  ): Promise<readonly (readonly [string, string])[]> {
    const values = [keys, arrivals.map(({ arrival }) => arrival), Date.now()];
    const rows = await untilAlone(() =>
      this.#connections.durably<{ request_key: string; arrival: string }>(
        "repeat",
        sql.repeat,
        values,
      ),
    );
    if (rows.length > 0) this.#announcements.announce("answers");
    return rows.map((row) => [row.request_key, row.arrival] as const);
  }
}
