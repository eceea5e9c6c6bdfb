import assert from "node:assert/strict";
import { RecordingLogger } from "../../test/fixtures/recording-logger.ts";
import { sqliteFiles, sqliteStore } from "../../test/fixtures/sqlite-files.ts";
import { UnreliableStore } from "../../test/fixtures/unreliable-store.ts";
import type { AcceptOutcome, QueuedRequest } from "./request-queue.ts";
import { StoredQueue } from "./stored-queue.ts";

describe("StoredQueue whose store went away with a request", () => {
  const files = sqliteFiles();
  const never = new AbortController().signal;
  const limits = { maxSize: 2, maxUndelivered: 100 };
  let store: UnreliableStore;
  let queue: StoredQueue;

  async function open(patience: { patienceMs: number; doubtMs: number }): Promise<void> {
    queue = new StoredQueue({
      ...{ ...limits, ...patience, isSerial: false, logger: new RecordingLogger() },
      createStore: (onChange) => {
        store = new UnreliableStore(sqliteStore(files.file(), { ...limits, onChange }));
        return store;
      },
    });
    await queue.start();
  }
  afterEach(() => {
    store.isAway = false;
    return queue.stop();
  });

  function accept(messageID: string): Promise<AcceptOutcome> {
    const receivedAt = Date.now();
    const request: QueuedRequest = {
      ...{ modelID: "m", sessionID: "s", messageID, bytes: 100, receivedAt },
      ...{ input: { messages: [] }, deadline: receivedAt + 60_000 },
    };
    return queue.accept(request);
  }
  /** The next insert ends without a word, done or not, and then the store is away. */
  async function goAwayWith(messageID: string, isDone: boolean): Promise<Promise<AcceptOutcome>> {
    if (isDone) store.loseAnswerOf("insert");
    else store.loseNext("insert");
    const before = store.calls.items.length;
    const outcome = accept(messageID);
    await inserts(before, 1);
    store.isAway = true;
    return outcome;
  }
  /** Resolves with the last of so many inserts from that call on. */
  async function inserts(from: number, count: number): Promise<void> {
    let place = 0;
    let seen = 0;
    await store.calls.find((call) => place++ >= from && call === "insert" && ++seen === count);
  }

  for (const isDone of [true, false]) {
    const what = isDone ? "has it" : "has it not";
    it(`waits longer than for others, and takes it once, when the store ${what}`, async () => {
      await open({ patienceMs: 20, doubtMs: 60_000 });
      let isOver = false;
      const outcome = goAwayWith("1", isDone).then((result) => {
        isOver = true;
        return result;
      });
      await inserts(0, 3);
      assert.equal(await accept("2"), "unavailable");
      assert.equal(isOver, false);
      store.isAway = false;
      assert.equal(await outcome, "accepted");
      const jobs = await queue.claim(9, never);
      assert.deepEqual(
        jobs.map(({ request }) => request.messageID),
        ["1"],
      );
    });
  }

  it("says at last that nobody knows, also when each later attempt surely failed", async () => {
    await open({ patienceMs: 20, doubtMs: 100 });
    assert.equal(await goAwayWith("1", true), "unknown");
    store.isAway = false;
    assert.equal(await accept("1"), "duplicate");
  });

  it("knows that it was not taken when there is no room for it any more", async () => {
    await open({ patienceMs: 0, doubtMs: 60_000 });
    const outcome = goAwayWith("1", false);
    await inserts(0, 2);
    store.isAway = false;
    const others = await Promise.all([accept("2"), accept("3")]);
    // Whoever comes first has the room.
    const all = [await outcome, ...others].toSorted();
    assert.deepEqual(all, ["accepted", "accepted", "full"]);
    assert.equal((await queue.stats()).size, 2);
  });
});
