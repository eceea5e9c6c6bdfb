import assert from "node:assert/strict";
import { postgresStores } from "../../../test/fixtures/postgres-stores.ts";
import { RecordingLogger } from "../../../test/fixtures/recording-logger.ts";
import {
  answerAll,
  answerOne,
  arrival,
  deliverAll,
  insert,
  published,
  refusal,
  roomy,
  takeOne,
} from "../../../test/fixtures/store-rows.ts";
import { maxBytesAtOnce } from "../stored/queue-store.ts";
import type { PostgresStore } from "./postgres-store.ts";

describe("The retention of a PostgresStore", () => {
  const stores = postgresStores();
  const retentionMs = 60_000;
  const old = () => Date.now() - retentionMs - 1000;
  const publishOld = (store: PostgresStore, ...names: readonly string[]) =>
    store.keepMetrics(names.map((name) => published(name, { receivedAt: old() })));
  async function deliver(store: PostgresStore, messageID: string, deliveredAt = old()) {
    await answerOne(store, messageID);
    await store.done([await takeOne(store)], deliveredAt);
  }
  const lengthen = (column: "request" | "answer", messageID: string, bytes: number) =>
    stores.query(`UPDATE arena_requests SET ${column} = repeat('x', $1) WHERE message_id = $2`, [
      bytes,
      messageID,
    ]);
  const left = (table = "requests") => stores.count(`arena_${table}`);

  for (const [aheadMs, whose] of [
    [0, ""],
    [-600_000, " by a gateway whose clock is minutes behind"],
  ] as const) {
    it(`takes nothing for new that was answered and deleted while its insert is made again${whose}`, async () => {
      const store = await stores.open({ retentionMs: 0 });
      const receivedAt = Date.now() + aheadMs;
      const [first, other] = [arrival("1", { receivedAt }), arrival("2", { receivedAt })];
      const run = async () => {
        const count = await answerAll(store);
        await deliverAll(store);
        return count;
      };
      await store.insert([first], roomy, false);
      assert.equal(await run(), 1);
      assert.equal(await left(), 0);
      assert.deepEqual(await store.insert([first, other], roomy, true), ["accepted", "accepted"]);
      assert.equal(await run(), 1);
      // Whoever asks anew gets a new answer.
      assert.deepEqual(await store.insert([arrival("1")], roomy, false), ["accepted"]);
      assert.equal(await run(), 1);
    });
  }

  it("stores no refusal again that was delivered and deleted while it is made again", async () => {
    const store = await stores.open({ retentionMs: 0 });
    const [first, second] = ["1", "2"].map((messageID) =>
      refusal(messageID, { receivedAt: Date.now() - 600_000 }),
    );
    assert.ok(first && second);
    assert.deepEqual(await store.refuse([first], false), [true]);
    await deliverAll(store);
    assert.equal(await left(), 0);
    assert.deepEqual(await store.refuse([first, second], true), [true, true]);
    const [other, ...more] = await store.take("t", 9, false);
    assert.deepEqual([other?.messageID, more], ["2", []]);
  });

  it("knows who asked a moment ago for an answer that was old, and is deleted meanwhile", async () => {
    const store = await stores.open({ retentionMs: 0 });
    await answerOne(store, "1");
    await stores.query("UPDATE arena_requests SET asked_at = now() - interval '1 hour'");
    const taken = await store.take("t", 1, false);
    const again = arrival("1");
    assert.deepEqual(await store.insert([again], roomy, false), ["duplicate"]);
    await store.done(taken, Date.now());
    await deliverAll(store);
    assert.equal(await left(), 0);
    assert.deepEqual(await store.insert([again], roomy, true), ["accepted"]);
    assert.equal(await left(), 0);
  });

  it("keeps no word of what it remembers", async () => {
    const store = await stores.open({ retentionMs: 0 });
    await deliver(store, "a message of the participant");
    const [kept] = await stores.query("SELECT f::text AS all FROM arena_forgotten f");
    assert.match(String(kept?.["all"]), /^\([0-9a-f-]{36},"[-\d :.+]+"\)$/);
  });

  it("remembers what was deleted for two minutes, and nothing that was old", async () => {
    const store = await stores.open({ retentionMs });
    await deliver(store, "1");
    await stores.query("UPDATE arena_requests SET asked_at = now() - interval '130 seconds'");
    await deliver(store, "2");
    await store.sweep();
    assert.deepEqual([await left(), await left("forgotten")], [0, 1]);
    await stores.query("UPDATE arena_forgotten SET deleted_at = now() - interval '130 seconds'");
    await store.sweep();
    assert.equal(await left("forgotten"), 0);
  });

  it("lets nobody wait for it at the start", async () => {
    await deliver(await stores.open(), "1");
    const store = await stores.open({ retentionMs });
    assert.equal(await left(), 1);
    await store.sweep();
    assert.equal(await left(), 0);
  });

  it("deletes few at once of what is long, the oldest first, and all in the end", async () => {
    const store = await stores.open({ retentionMs });
    const most = maxBytesAtOnce - 1000;
    await deliver(store, "2");
    await deliver(store, "1", 1);
    await deliver(store, "3");
    await lengthen("answer", "1", maxBytesAtOnce + 1);
    await lengthen("answer", "2", most);
    await publishOld(store, "1", "2");
    await stores.query("UPDATE arena_metrics SET metrics = repeat('x', $1)", [most]);
    assert.deepEqual([await store.sweep(), await left(), await left("metrics")], [true, 2, 1]);
    assert.deepEqual([await store.sweep(), await left(), await left("metrics")], [false, 0, 0]);
  });

  it("counts what was asked as well as what was answered", async () => {
    const store = await stores.open({ retentionMs });
    await deliver(store, "1");
    await deliver(store, "2");
    for (const messageID of ["1", "2"]) await lengthen("request", messageID, maxBytesAtOnce);
    assert.deepEqual([await store.sweep(), await left()], [true, 1]);
    assert.deepEqual([await store.sweep(), await left()], [false, 0]);
  });

  it("deletes nothing that somebody is about to change, and waits for nobody", async () => {
    const store = await stores.open({ retentionMs });
    await deliver(store, "1");
    await stores.query("BEGIN");
    try {
      await stores.query("SELECT FROM arena_requests FOR UPDATE");
      assert.equal(await store.sweep(), false);
    } finally {
      await stores.query("ROLLBACK");
    }
    assert.deepEqual([await store.sweep(), await left()], [false, 0]);
  });

  it("keeps no more than RETENTION_BYTES: the oldest that was delivered goes, and nothing else", async () => {
    const before = await stores.open({ retentionMs });
    const now = Date.now();
    await answerOne(before, "waits");
    for (const [place, messageID] of ["1", "2", "3", "4"].entries()) {
      await insert(before, messageID);
      await stores.query(
        "UPDATE arena_requests SET state = 'delivered', delivered_at = $1, answer = repeat('x', 100000), outcome = 'OK' WHERE message_id = $2",
        [now + place, messageID],
      );
    }
    await before.keepMetrics([published("old", { receivedAt: now - 1 })]);
    const logger = new RecordingLogger();
    const store = await stores.open({ retentionMs, retentionBytes: 250_000, logger });
    assert.equal(await store.sweep(), false);
    const kept = await stores.query("SELECT message_id FROM arena_requests ORDER BY id");
    assert.deepEqual(
      kept.map((row) => row["message_id"]),
      ["waits", "3", "4"],
    );
    assert.equal(await left("metrics"), 0);
    assert.equal(
      logger.items.filter(({ msg }) => /RETENTION_BYTES is reached/.test(msg)).length,
      1,
    );
    const roomier = await stores.open({ retentionMs, retentionBytes: 400_000 });
    await roomier.sweep();
    assert.equal(await left(), 3);
  });

  describe("where the database deletes nothing", () => {
    before(() =>
      stores.query(`CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN RAISE 'nothing is deleted here'; END $$`),
    );
    beforeEach(async () => {
      await deliver(await stores.open(), "1");
      await stores.query(`CREATE TRIGGER refuse BEFORE DELETE ON arena_requests
        FOR EACH ROW EXECUTE FUNCTION refuse()`);
    });
    afterEach(() => stores.query("DROP TRIGGER IF EXISTS refuse ON arena_requests"));

    it("starts, and goes on with everything else", async () => {
      const store = await stores.open({ retentionMs });
      assert.equal(await store.sweep(), false);
      await answerOne(store, "2");
      assert.equal((await store.stats()).undelivered, 1);
    });

    it("says so once, until it succeeds and fails again", async () => {
      const logger = new RecordingLogger();
      const store = await stores.open({ retentionMs, logger });
      const warnings = () => logger.items.filter(({ msg }) => /cannot be deleted/.test(msg)).length;
      for (const _ of [1, 2]) await store.sweep();
      assert.equal(warnings(), 1);
      assert.match(logger.text, /nothing is deleted here/);
      await stores.query("ALTER TABLE arena_requests DISABLE TRIGGER refuse");
      await store.sweep();
      assert.deepEqual([warnings(), await left()], [1, 0]);
      await deliver(store, "2");
      await stores.query("ALTER TABLE arena_requests ENABLE TRIGGER refuse");
      await store.sweep();
      assert.equal(warnings(), 2);
    });
  });
});
