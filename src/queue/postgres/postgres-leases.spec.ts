import assert from "node:assert/strict";
import { mock } from "node:test";
import { Collected } from "../../../test/fixtures/collected.ts";
import { postgresStores } from "../../../test/fixtures/postgres-stores.ts";
import { RecordingLogger } from "../../../test/fixtures/recording-logger.ts";
import { answerOne, arrival, claimOne, insert, roomy } from "../../../test/fixtures/store-rows.ts";
import { isHeld, steadyNow } from "../stored/lease.ts";
import type { StoreChange } from "../stored/queue-store.ts";
import { StoredQueue } from "../stored/stored-queue.ts";

describe("The lease of a PostgresStore", () => {
  const stores = postgresStores();

  it("begins anew when its renewal comes to the database too late", async () => {
    const { link, url } = await stores.link();
    const late = await stores.open({ url, leaseMs: 500 });
    const other = await stores.open();
    await insert(late, "1");
    const claimedAt = steadyNow();
    await claimOne(late);
    link.toServer.hold();
    // In time, by the clock of whoever sends it.
    const { until } = late.lease;
    const renewal = late.sweep();
    while (steadyNow() <= until) await other.stats();
    await stores.endLeases();
    await other.sweep();
    assert.equal((await claimOne(other)).attempt, 2);
    link.toServer.release();
    await renewal;
    assert.ok(late.lease.since > claimedAt, "it believes that it holds what the other one has");
  });

  /** Puts the wall clock of this process elsewhere, until the test ends or `mock.timers.reset`. */
  const setClock = (byMs: number) => mock.timers.enable({ apis: ["Date"], now: Date.now() + byMs });
  afterEach(() => mock.timers.reset());

  for (const [what, aheadMs] of [
    ["ten minutes behind the database's", -600_000],
    ["ten minutes ahead of the database's", 600_000],
  ] as const) {
    it(`holds what it takes, and no longer than it lasts, on a clock that is ${what}`, async () => {
      setClock(aheadMs);
      const other = await stores.open();
      const store = await stores.open({ leaseMs: 300 });
      const before = steadyNow();
      await store.insert([arrival("1", { deadline: Date.now() + 60_000 })], roomy, false);
      await claimOne(store);
      assert.equal(isHeld(store, before), true);
      await other.sweep();
      assert.deepEqual(await other.claim("due", "other", 1, false), []);
      while (isHeld(store, before)) await stores.query("SELECT");
      assert.ok(steadyNow() < before + 5000);
    });
  }

  it("delivers what it takes, once, when the clock is set back", async () => {
    setClock(600_000);
    const store = await stores.open();
    const take = mock.method(store, "take");
    const queue = new StoredQueue({
      ...{ ...roomy, isSerial: false, logger: new RecordingLogger(), createStore: () => store },
    });
    mock.timers.reset();
    const other = await stores.open();
    await answerOne(other, "1");
    const leaves = new AbortController();
    const { value } = await queue.deliveries(leaves.signal)[Symbol.asyncIterator]().next();
    assert.equal(value?.messageID, "1");
    value?.done();
    leaves.abort();
    await queue.onDelivered(AbortSignal.timeout(5000));
    assert.equal(take.mock.callCount(), 1);
  });

  it("is over after a sleep of the machine, which stops all clocks but that on the wall", async () => {
    const store = await stores.open();
    assert.equal(isHeld(store, steadyNow()), true);
    setClock(61_000);
    assert.equal(isHeld(store, steadyNow()), false);
    const before = steadyNow();
    await store.sweep();
    assert.equal(isHeld(store, before), false);
    assert.equal(isHeld(store, steadyNow()), true);
  });

  it("lets others look again as soon as it is renewed late, whatever else fails then", async () => {
    const news = new Collected<StoreChange>();
    const store = await stores.open({ leaseMs: 200, onChange: (change) => news.add(change) });
    await stores.query("ALTER TABLE arena_requests RENAME TO arena_gone");
    try {
      while (steadyNow() <= store.lease.until) await stores.query("SELECT 1");
      const before = news.items.length;
      await assert.rejects(store.sweep(), /arena_requests/);
      assert.deepEqual(news.items.slice(before), ["anything"]);
      assert.ok(steadyNow() < store.lease.until + 200);
    } finally {
      await stores.query("ALTER TABLE arena_gone RENAME TO arena_requests");
    }
  });

  it("is renewed once more when its renewal is heard of after its end", async () => {
    const { link, url } = await stores.link();
    const late = await stores.open({ url, leaseMs: 1000 });
    await insert(late, "1");
    link.toClient.hold();
    const renewal = late.sweep();
    await stores.until("SELECT FROM arena_replicas WHERE lease_until < now()");
    link.toClient.release();
    await renewal;
    assert.equal((await claimOne(late)).attempt, 1);
    const other = await stores.open();
    assert.deepEqual(await other.claim("due", "second", 1, false), []);
  });
});
