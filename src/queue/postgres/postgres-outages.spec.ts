import assert from "node:assert/strict";
import { Collected } from "../../../test/fixtures/collected.ts";
import { postgresStore, postgresStores } from "../../../test/fixtures/postgres-stores.ts";
import { arrival, idsOf, insert, insist, roomy } from "../../../test/fixtures/store-rows.ts";
import type { QueueStore, StoreChange } from "../stored/queue-store.ts";

describe("A PostgresStore whose database is away", () => {
  const stores = postgresStores();

  describe("because its connections were ended", () => {
    /** What a listening connection said last. */
    const listens = "query IN ('LISTEN arena_queue', 'SELECT 1')";
    const ours = `datname = current_database() AND application_name = 'arena-model-server'`;
    const terminate = (which: string) =>
      stores.query(`SELECT pg_terminate_backend(pid) AS is_told
        FROM pg_stat_activity WHERE ${ours} AND ${which}`);

    it("hears of changes again, and of those that it may have missed", async () => {
      const news = new Collected<StoreChange>();
      const other = await stores.open();
      await stores.open({ onChange: (change) => news.add(change) });
      const before = news.items.length;
      assert.deepEqual(await terminate(listens), [{ is_told: true }, { is_told: true }]);
      await news.reached(before + 1);
      assert.equal(news.items[before], "anything");
      await insist((isRetry) => other.insert([arrival("1")], roomy, isRetry));
      await news.find((change) => change === "requests");
    });

    it("forgets no connection on which it began to listen", async () => {
      const store = await stores.open();
      const sweeps = () => Promise.all([1, 2, 3].map(() => insist(() => store.sweep())));
      assert.deepEqual(await terminate(listens), [{ is_told: true }]);
      // All of them find out that nobody listens any more.
      await sweeps();
      const listening = await stores.query(
        `SELECT pid FROM pg_stat_activity WHERE ${ours} AND ${listens}`,
      );
      assert.equal(listening.length, 1);
    });
  });

  describe("because it hangs", () => {
    const hanging = () => {
      const url = new URL(stores.url);
      // Instead of ten seconds.
      url.searchParams.set("query_timeout", "150");
      return url.href;
    };
    afterEach(() => stores.server.resume());

    it("gives up its calls, and works when it goes on", async () => {
      const store = await stores.open({ url: hanging() });
      const first = arrival("1");
      stores.server.pause();
      const calls = [store.insert([first], roomy, false), store.claim("due", "t", 1, false)];
      for (const result of await Promise.allSettled(calls)) {
        assert.ok(result.status === "rejected");
        assert.match(String(result.reason), /timeout/i);
      }
      stores.server.resume();
      const outcomes = await insist((isRetry) => store.insert([first], roomy, isRetry));
      assert.deepEqual(outcomes, ["accepted"]);
      await insist(() => store.sweep());
      const rows = await insist(() => store.claim("due", "t", 1, true));
      assert.deepEqual(idsOf(rows), ["1"]);
    });

    it("stops although it hangs", async () => {
      const store: QueueStore = postgresStore(hanging());
      await store.start();
      await insert(store, "1");
      stores.server.pause();
      await assert.rejects(store.stop(), /timeout/i);
      stores.server.resume();
    });
  });
});
