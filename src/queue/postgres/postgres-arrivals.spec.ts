import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { postgresStores } from "../../../test/fixtures/postgres-stores.ts";
import { answerOne, arrival, deliverAll, roomy } from "../../../test/fixtures/store-rows.ts";
import type { Arrival } from "../stored/queue-store.ts";
import type { PostgresStore } from "./postgres-store.ts";
import { repeat } from "./statements.ts";

describe("An answer that a PostgresStore repeats", () => {
  const stores = postgresStores();
  let store: PostgresStore;
  beforeEach(async () => {
    store = await stores.open({ retentionMs: 60_000 });
    await answerOne(store, "1");
  });

  const ask = (...arrivals: readonly Arrival[]) => store.insert(arrivals, roomy, false);
  /** The same call once more: nobody heard of the end of the first one. */
  const askOnceMore = (...arrivals: readonly Arrival[]) => store.insert(arrivals, roomy, true);
  const repetitions = async () => (await deliverAll(store)).map(({ repeated }) => repeated);

  it("goes out once for a call that is made again after it went out", async () => {
    const again = arrival("1");
    await deliverAll(store);
    assert.deepEqual(await ask(again), ["duplicate"]);
    assert.deepEqual(await repetitions(), [true]);
    assert.deepEqual(await askOnceMore(again), ["duplicate"]);
    assert.deepEqual(await repetitions(), []);
    await ask(arrival("1"));
    assert.deepEqual(await repetitions(), [true]);
  });

  it("goes out once for a call that came while it was under way and is made again", async () => {
    const again = arrival("1");
    const first = await store.take(randomUUID(), 9, false);
    await ask(again);
    await store.done(first, 5);
    const second = await store.take(randomUUID(), 9, false);
    assert.deepEqual(
      second.map(({ repeated }) => repeated),
      [true],
    );
    // Asked for by a call that has it already: this delivery is the last one.
    await askOnceMore(again);
    await store.done(second, 6);
    assert.deepEqual(await repetitions(), []);
  });

  it("goes out once for each of several calls that are made again after the last of them", async () => {
    const calls = ["one", "another", "a third"].map(() => arrival("1"));
    await deliverAll(store);
    for (const call of calls) {
      await ask(call);
      assert.deepEqual(await repetitions(), [true]);
    }
    for (const call of calls) await askOnceMore(call);
    assert.deepEqual(await repetitions(), []);
  });

  it("goes out once for a list that names its request twice and is made again", async () => {
    const list = [arrival("1"), arrival("1")] as const;
    await deliverAll(store);
    await ask(...list);
    assert.deepEqual(await repetitions(), [true]);
    for (const call of [...list, ...list.toReversed()]) await askOnceMore(call);
    assert.deepEqual(await askOnceMore(...list), ["duplicate", "duplicate"]);
    assert.deepEqual(await repetitions(), []);
  });

  it("remembers few of those who asked for it, however many they are", async () => {
    await deliverAll(store);
    for (let count = 0; count < 20; count++) {
      await ask(arrival("1"), arrival("1"));
      assert.deepEqual(await repetitions(), [true]);
    }
    const rows = await stores.query("SELECT cardinality(repeated_by) AS count FROM arena_requests");
    assert.deepEqual(rows, [{ count: 8 }]);
  });

  it("is not deleted for its age while it is made deliverable again", async () => {
    await deliverAll(store, Date.now() - 61_000);
    const keys = await stores.query("SELECT request_key FROM arena_requests");
    await stores.query("BEGIN");
    try {
      const values = [keys.map((row) => row["request_key"]), ["another replica's"], Date.now()];
      await stores.query(repeat, values);
      await store.sweep();
    } finally {
      await stores.query("COMMIT");
    }
    await store.sweep();
    assert.deepEqual(await repetitions(), [true]);
  });
});
