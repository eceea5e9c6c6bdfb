import assert from "node:assert/strict";
import { RecordingLogger } from "../../../test/fixtures/recording-logger.ts";
import { sqliteFiles, sqliteStore } from "../../../test/fixtures/sqlite-files.ts";
import { UnreliableStore } from "../../../test/fixtures/unreliable-store.ts";
import type { Job } from "../request-queue.ts";
import type { StoreChange } from "./queue-store.ts";
import { StoredQueue } from "./stored-queue.ts";

describe("StoredQueue whose lease is over", () => {
  const files = sqliteFiles();
  const never = new AbortController().signal;
  const limits = { maxSize: 9, maxUndelivered: 9 };
  const held = { since: 0, until: Number.POSITIVE_INFINITY };
  let store: UnreliableStore;
  let say: (change: StoreChange) => void;
  let queue: StoredQueue;

  beforeEach(async () => {
    queue = new StoredQueue({
      ...{ ...limits, isSerial: true, logger: new RecordingLogger() },
      createStore: (onChange) => {
        say = onChange;
        store = new UnreliableStore(sqliteStore(files.file(), { ...limits, onChange }));
        return store;
      },
    });
    await queue.start();
  });
  afterEach(() => queue.stop());

  async function accept(messageID: string, timeoutMs = 60_000): Promise<void> {
    const receivedAt = Date.now();
    await queue.accept({
      ...{ modelID: "m", sessionID: "s", messageID, bytes: 100, receivedAt },
      ...{ input: { messages: [] }, deadline: receivedAt + timeoutMs },
    });
  }
  const claims = () => store.calls.items.filter((call) => call === "claim").length;
  /** Whatever was under way has had its time. */
  async function settle(): Promise<void> {
    for (const _ of [1, 2, 3]) await queue.stats();
  }
  /** As upkeep does when it has renewed it. */
  function renew(since: number): void {
    store.lease = { ...held, since };
    say("anything");
  }
  const idsOf = (jobs: readonly Job[]) =>
    jobs.map(({ request, attempt }) => [request.messageID, attempt]);

  it("begins nothing, and asks for nothing, until the lease is renewed", async () => {
    store.lease = { since: 0, until: 0 };
    await accept("1");
    const claim = queue.claim(1, never);
    await settle();
    assert.equal(claims(), 0);
    renew(0);
    assert.deepEqual(idsOf(await claim), [["1", 1]]);
  });

  it("gives back what it heard of only when it was over, and begins it anew", async () => {
    await accept("1");
    const release = store.hold("claim");
    const claim = queue.claim(1, never);
    await store.calls.find((call) => call === "claim");
    store.lease = { since: 0, until: 0 };
    release();
    await store.calls.find((call) => call === "giveBack");
    await settle();
    assert.deepEqual([claims(), (await queue.stats()).size], [1, 1]);
    renew(Date.now());
    assert.deepEqual(idsOf(await claim), [["1", 1]]);
  });

  it("gives back what it had claimed before the lease that it has now", async () => {
    await accept("1");
    const release = store.hold("claim");
    const claim = queue.claim(1, never);
    await store.calls.find((call) => call === "claim");
    store.lease = { ...held, since: Date.now() + 1 };
    while (Date.now() < store.lease.since) await settle();
    release();
    assert.deepEqual(idsOf(await claim), [["1", 1]]);
    assert.ok(store.calls.items.includes("giveBack"));
  });

  it("still answers what is late", async () => {
    store.lease = { since: 0, until: 0 };
    await accept("1", 1);
    assert.deepEqual(idsOf(await queue.claimExpired(never)), [["1", 1]]);
  });
});
