import assert from "node:assert/strict";
import { mock } from "node:test";
import { Collected } from "../../../test/fixtures/collected.ts";
import { HoldingProxy } from "../../../test/fixtures/holding-proxy.ts";
import { postgresStore, postgresStores } from "../../../test/fixtures/postgres-stores.ts";
import { arrival, roomy } from "../../../test/fixtures/sqlite-files.ts";
import type { StoreChange } from "../queue-store.ts";

describe("The lease of a PostgresStore", () => {
  const stores = postgresStores();

  it("begins anew when its renewal comes to the database too late", async () => {
    const address = new URL(stores.url);
    await using link = await HoldingProxy.to(address.host);
    address.host = link.address;
    const late = postgresStore(address.href, { leaseMs: 500 });
    await late.start();
    const other = await stores.open();
    await late.insert([arrival("1")], roomy, false);
    const claimedAt = Date.now();
    await late.claim("due", "first", 1, false);
    link.toServer.hold();
    // In time, by the clock of whoever sends it.
    const { until } = late.lease;
    const renewal = late.sweep();
    while (Date.now() <= until) await other.stats();
    await stores.query("UPDATE arena_replicas SET lease_until = now()");
    await other.sweep();
    const [claim] = await other.claim("due", "second", 1, false);
    assert.equal(claim?.attempt, 2);
    link.toServer.release();
    await renewal;
    assert.ok(late.lease.since > claimedAt, "it believes that it holds what the other one has");
    await late.stop();
  });

  it("never begins in the future, also when the clock was set back", async () => {
    mock.timers.enable({ apis: ["Date"], now: Date.now() + 600_000 });
    try {
      const store = await stores.open();
      mock.timers.reset();
      assert.ok(store.lease.since > Date.now());
      await store.sweep();
      assert.ok(store.lease.since <= Date.now());
    } finally {
      mock.timers.reset();
    }
  });

  it("lets others look again as soon as it is renewed late, whatever else fails then", async () => {
    const news = new Collected<StoreChange>();
    const store = await stores.open({ leaseMs: 200, onChange: (change) => news.add(change) });
    await stores.query("ALTER TABLE arena_requests RENAME TO arena_gone");
    try {
      while (Date.now() <= store.lease.until) await stores.query("SELECT 1");
      const before = news.items.length;
      await assert.rejects(store.sweep(), /arena_requests/);
      assert.deepEqual(news.items.slice(before), ["anything"]);
      assert.ok(Date.now() < store.lease.until + 200);
    } finally {
      await stores.query("ALTER TABLE arena_gone RENAME TO arena_requests");
    }
  });

  it("is renewed once more when its renewal is heard of after its end", async () => {
    const address = new URL(stores.url);
    await using link = await HoldingProxy.to(address.host);
    address.host = link.address;
    const late = await stores.open({ url: address.href, leaseMs: 1000 });
    await late.insert([arrival("1")], roomy, false);
    link.toClient.hold();
    const renewal = late.sweep();
    const isOver = "SELECT FROM arena_replicas WHERE lease_until < now()";
    while ((await stores.query(isOver)).length === 0);
    link.toClient.release();
    await renewal;
    const [claimed] = await late.claim("due", "first", 1, false);
    assert.equal(claimed?.attempt, 1);
    const other = await stores.open();
    assert.deepEqual(await other.claim("due", "second", 1, false), []);
    await late.stop();
  });
});
