import assert from "node:assert/strict";
import { HoldingProxy } from "../../../test/fixtures/holding-proxy.ts";
import { postgresStore, postgresStores } from "../../../test/fixtures/postgres-stores.ts";
import { arrival, roomy } from "../../../test/fixtures/sqlite-files.ts";

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
