import assert from "node:assert/strict";
import { Collected } from "../../../test/fixtures/collected.ts";
import { HoldingProxy } from "../../../test/fixtures/holding-proxy.ts";
import { postgresStore, postgresStores } from "../../../test/fixtures/postgres-stores.ts";
import { arrival, idsOf, insert, insist, roomy } from "../../../test/fixtures/store-rows.ts";
import type { Answer } from "../request-queue.ts";
import type { Claim, QueueStore, StoreChange } from "../stored/queue-store.ts";

describe("A PostgresStore whose database is away", () => {
  const stores = postgresStores();
  const ok: Answer = { text: '{"text":"yes","image":null}', outcome: "OK" };
  const answerOf = ({ row, token }: Claim) => ({ row, token, answer: ok, answeredAt: 1 });

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

  it("does each call once whose end was not heard of", async () => {
    const address = new URL(stores.url);
    await using proxy = await HoldingProxy.to(address.host);
    address.host = proxy.address;
    const store = postgresStore(address.href);
    await store.start();
    /** Makes a call whose answer is lost on its way, and then makes it again. */
    async function lost<Result>(call: (isRetry: boolean) => Promise<Result>): Promise<Result> {
      // Every connection is there: none has to be made while nothing comes through.
      await Promise.all(
        [1, 2, 3, 4].flatMap(() => [insist(() => store.stats()), insist(() => store.done([], 0))]),
      );
      const before = await changes();
      proxy.toClient.hold();
      const first = assert.rejects(call(false));
      while ((await changes()) === before);
      proxy.cut();
      await first;
      proxy.toClient.release();
      return insist(() => call(true));
    }
    /** Grows with every call that has changed something. */
    const changes = async () => {
      const rows = await stores.query(
        "SELECT jsonb_agg(r ORDER BY id)::text || (SELECT count(*) FROM arena_metrics) AS all FROM arena_requests r",
      );
      return rows[0]?.["all"];
    };
    const [first, second] = [arrival("1"), arrival("2")];
    await store.insert([arrival("0")], roomy, false);
    await store.claim("due", "zero", 1, false);
    const outcomes = await lost((isRetry) => store.insert([first, second], roomy, isRetry));
    assert.deepEqual(outcomes, ["accepted", "accepted"]);
    const claimed = await lost((isRetry) => store.claim("due", "t", 1, isRetry));
    assert.deepEqual(
      claimed.map(({ request, attempt }) => [request.messageID, attempt]),
      [["1", 1]],
    );
    await lost(() => store.giveBack(claimed));
    const again = await store.claim("due", "again", 1, false);
    assert.deepEqual(
      again.map(({ request, attempt }) => [request.messageID, attempt]),
      [["1", 1]],
    );
    assert.deepEqual(await lost((isRetry) => store.answer(again.map(answerOf), isRetry)), [true]);
    const taken = await lost((isRetry) => store.take("take", 9, isRetry));
    assert.equal(taken.length, 1);
    await lost(() => store.release(taken));
    const takenAgain = await store.take("take again", 9, false);
    await lost(() => store.done(takenAgain, 5));
    const refusal = { arrival: "r", sessionID: "s", messageID: "r", answer: ok, receivedAt: 1 };
    assert.deepEqual(await lost((isRetry) => store.refuse([refusal], isRetry)), [true]);
    const metrics = [{ arrival: "m", sessionID: "s", metrics: "{}", receivedAt: 1 }];
    await lost(() => store.keepMetrics(metrics));
    const { size, pending, undelivered } = await insist(() => store.stats());
    assert.deepEqual([size, pending, undelivered], [1, 1, 1]);
    assert.equal((await stores.query("SELECT FROM arena_metrics")).length, 1);
    await store.stop();
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
