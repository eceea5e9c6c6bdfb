import assert from "node:assert/strict";
import { arrival, roomy } from "../../../test/fixtures/store-rows.ts";
import { NotDoneError, toNotDone } from "../stored/store-errors.ts";
import type { Announcements } from "./announcements.ts";
import type { Connections } from "./connections.ts";
import { PostgresArrivals } from "./postgres-arrivals.ts";

describe("An insert into Postgres of which a later statement is not sent", () => {
  /** Connections that come to an end at the statement of this name. */
  function insertUntil(last: string, insertedCount: number): Promise<unknown> {
    const [one, other] = [arrival("1"), arrival("2")];
    const durably = async (name: string, _text: string, values: readonly unknown[]) => {
      if (name === last) throw toNotDone(new Error("connection refused"));
      const keys = (name === "insert" ? values[3] : []) as readonly string[];
      return keys.slice(0, insertedCount).map((key) => ({ request_key: key }));
    };
    const arrivals = new PostgresArrivals({
      connections: { durably } as unknown as Connections,
      announcements: { announce: () => {} } as unknown as Announcements,
      ...{ modelID: "m", maxUndelivered: 9 },
    });
    return arrivals.insert([one, other], roomy, true).catch((error: unknown) => error);
  }

  for (const [last, insertedCount, isSure] of [
    ["insert", 0, true],
    ["repeat", 0, true],
    ["repeat", 1, false],
    ["find-forgotten", 1, false],
    ["find-forgotten", 0, false],
  ] as const) {
    it(`${last} after ${insertedCount} rows: ${isSure ? "nothing was done" : "nobody knows"}`, async () => {
      const error = await insertUntil(last, insertedCount);
      assert.ok(error instanceof Error);
      assert.match(error.message, /connection refused/);
      assert.equal(error instanceof NotDoneError, isSure);
    });
  }
});
