import assert from "node:assert/strict";
import { Collected } from "../../../test/fixtures/collected.ts";
import { postgresStores } from "../../../test/fixtures/postgres-stores.ts";
import {
  answerOf,
  answerOne,
  answerRows,
  arrival,
  claimOne,
  idsOf,
  insert,
  refusal,
  roomy,
} from "../../../test/fixtures/store-rows.ts";
import type { StoreChange } from "../stored/queue-store.ts";
import type { PostgresStore, PostgresStoreOptions } from "./postgres-store.ts";

describe("Replicas of a PostgresStore", () => {
  const stores = postgresStores();
  const replicas = (count: number, options: Partial<PostgresStoreOptions> = {}) =>
    Promise.all(Array.from({ length: count }, () => stores.open(options)));
  const two = async (options: Partial<PostgresStoreOptions> = {}) => {
    const [one, other] = await replicas(2, options);
    assert.ok(one && other);
    return [one, other] as const;
  };

  it("never claim the same request, and claim all of them", async () => {
    const four = await replicas(4);
    const [first] = four;
    assert.ok(first);
    const messageIDs = Array.from({ length: 200 }, (_, number) => `${number}`);
    await insert(first, ...messageIDs);
    const claimed: string[] = [];
    const work = async (store: PostgresStore, name: string) => {
      for (let round = 0; ; round++) {
        const rows = await store.claim("due", `${name} ${round}`, 7, false);
        if (rows.length === 0) return;
        claimed.push(...idsOf(rows));
      }
    };
    await Promise.all(four.flatMap((store, at) => [work(store, `${at}a`), work(store, `${at}b`)]));
    assert.deepEqual(
      claimed.toSorted((a, b) => Number(a) - Number(b)),
      messageIDs,
    );
  });

  it("never take the same answer, and take all of them", async () => {
    const [one, other] = await two();
    await insert(one, ...Array.from({ length: 60 }, (_, number) => `${number}`));
    const rows = await one.claim("due", "t", 100, false);
    await answerRows(one, rows);
    const taken = await Promise.all(
      Array.from({ length: 20 }, (_, n) => [one, other][n % 2]?.take(`t${n}`, 3, false) ?? []),
    );
    const messageIDs = taken.flat().map(({ messageID }) => messageID);
    assert.deepEqual([messageIDs.length, new Set(messageIDs).size], [60, 60]);
  });

  it("run a serial session's requests one after the other, in order, however many claim at once", async () => {
    const four = await replicas(4, { isSerial: true });
    const [first] = four;
    assert.ok(first);
    const sessions = ["a", "b", "c"];
    const perSession = 15;
    await first.insert(
      sessions.flatMap((sessionID) =>
        Array.from({ length: perSession }, (_, number) => arrival(`${number}`, { sessionID })),
      ),
      roomy,
      false,
    );
    const running = new Set<string>();
    const finished = new Map<string, string[]>(sessions.map((sessionID) => [sessionID, []]));
    const isLeft = () => [...finished.values()].some(({ length }) => length < perSession);
    const work = async (store: PostgresStore, name: string) => {
      for (let round = 0; isLeft(); round++) {
        const rows = await store.claim("due", `${name} ${round}`, 1 + (round % 3), false);
        for (const { request } of rows) {
          assert.ok(!running.has(request.sessionID), `${request.sessionID} runs already`);
          running.add(request.sessionID);
        }
        // Meanwhile the others try to claim.
        if (rows.length > 0) await store.stats();
        // A few are given back, as by a replica that stops.
        const isGivenBack = round % 5 === 4;
        for (const { request } of rows) {
          running.delete(request.sessionID);
          if (!isGivenBack) finished.get(request.sessionID)?.push(request.messageID);
        }
        if (isGivenBack) await store.giveBack(rows);
        else if (rows.length > 0) {
          assert.ok(!(await answerRows(store, rows)).includes(false));
        }
      }
    };
    await Promise.all(four.flatMap((store, at) => [work(store, `${at}a`), work(store, `${at}b`)]));
    const inOrder = Array.from({ length: perSession }, (_, number) => `${number}`);
    for (const sessionID of sessions) assert.deepEqual(finished.get(sessionID), inOrder, sessionID);
  });

  it("fence off the one that lost its lease", async () => {
    const [one, other] = await two();
    await insert(one, "1");
    const first = await claimOne(one, "first");
    await stores.endLeases();
    await other.sweep();
    const second = await claimOne(other, "second");
    assert.equal(second.attempt, 2);
    assert.deepEqual(await one.answer([answerOf(first)], true), [false]);
    await one.giveBack([first]);
    assert.deepEqual(await other.answer([answerOf(second)], false), [true]);
    assert.deepEqual(await one.answer([answerOf(first)], true), [false]);
  });

  it("take over deliveries of the one that lost its lease, which ends nothing more", async () => {
    const [one, other] = await two();
    await answerOne(one, "1");
    const first = await one.take("first", 9, false);
    await stores.endLeases();
    await other.sweep();
    const second = await other.take("second", 9, false);
    assert.deepEqual([second[0]?.order, second[0]?.repeated], [first[0]?.order, false]);
    await one.done(first, 5);
    await one.release(first);
    assert.equal((await other.stats()).undelivered, 1);
    assert.deepEqual(await one.take("third", 9, false), []);
  });

  it("free nothing of one that lives", async () => {
    const [one, other] = await two();
    await answerOne(one, "1");
    await insert(one, "2");
    await one.take("t", 9, false);
    await claimOne(one);
    await other.sweep();
    const { size, pending, undelivered } = await other.stats();
    assert.deepEqual([size, pending, undelivered], [0, 1, 1]);
    assert.deepEqual(await other.take("t", 9, false), []);
  });

  it("say from when on they surely hold what they claim", async () => {
    const [one] = await two({ leaseMs: 60_000 });
    const { since, until } = one.lease;
    const now = Date.now();
    assert.ok(since <= now && until > now + 50_000 && until <= now + 60_000);
    await one.sweep();
    assert.equal(one.lease.since, since);
    assert.ok(one.lease.until >= until);
  });

  it("share one limit of what may wait, and of what may lie undelivered", async () => {
    const [one, other] = await two({ maxUndelivered: 2 });
    const limits = { maxSize: 3, maxUndelivered: 2 };
    assert.deepEqual(await one.insert([arrival("1"), arrival("2")], limits, false), [
      "accepted",
      "accepted",
    ]);
    assert.deepEqual(await other.insert([arrival("3"), arrival("4")], limits, false), [
      "accepted",
      "full",
    ]);
    await answerRows(one, await one.claim("due", "t", 2, false));
    assert.deepEqual(await other.insert([arrival("5")], limits, false), ["full"]);
    assert.deepEqual(await other.claim("due", "t", 9, false), []);
  });

  it("take the same request once, whoever gets it and however often", async () => {
    const four = await replicas(4);
    const outcomes = await Promise.all(
      four.map((store) => store.insert([arrival("1"), arrival("2")], roomy, false)),
    );
    const count = (place: number) => outcomes.filter((pair) => pair[place] === "accepted").length;
    assert.deepEqual([count(0), count(1), outcomes.flat().includes("full")], [1, 1, false]);
  });

  describe("tell each other", () => {
    async function listening(options: Partial<PostgresStoreOptions> = {}) {
      const news = new Collected<StoreChange>();
      const one = await stores.open();
      await stores.open({ ...options, onChange: (change) => news.add(change) });
      news.items.length = 0;
      return { news, one };
    }

    it("of requests and answers, and hear nothing of their own", async () => {
      const { news, one } = await listening();
      const own = new Collected<StoreChange>();
      const third = await stores.open({ onChange: (change) => own.add(change) });
      own.items.length = 0;
      await insert(third, "1");
      assert.deepEqual(await news.reached(1), ["requests"]);
      await third.answer([answerOf(await claimOne(third))], false);
      assert.deepEqual(await news.reached(2), ["requests", "answers"]);
      const taken = await third.take("t", 9, false);
      await third.release(taken);
      await news.reached(3);
      assert.deepEqual(own.items, []);
      await insert(one, "2");
      assert.deepEqual(await own.reached(1), ["requests"]);
    });

    it("of what they give back", async () => {
      const { news, one } = await listening();
      await insert(one, "1");
      await news.reached(1);
      await one.giveBack([await claimOne(one)]);
      assert.deepEqual(await news.reached(2), ["requests", "requests"]);
    });

    it("of what they leave behind when they stop", async () => {
      const { news, one } = await listening();
      await answerOne(one, "1");
      await insert(one, "2");
      await one.take("t", 9, false);
      await claimOne(one);
      // As many as there were calls.
      await news.reached(3);
      news.items.length = 0;
      await one.stop();
      assert.deepEqual(new Set(await news.reached(2)), new Set(["requests", "answers"]));
    });

    it("nothing of another model's", async () => {
      const { news, one } = await listening();
      const other = await stores.open({ modelID: "other" });
      await other.insert([arrival("1", { modelID: "other" })], roomy, false);
      await one.refuse([refusal("1")], false);
      assert.deepEqual(await news.reached(1), ["answers"]);
    });
  });
});
