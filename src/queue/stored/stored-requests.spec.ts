import assert from "node:assert/strict";
import { RecordingLogger } from "../../../test/fixtures/recording-logger.ts";
import { sqliteFiles, sqliteStore } from "../../../test/fixtures/sqlite-files.ts";
import type { Answer, Job, QueuedRequest } from "../request-queue.ts";
import { StoredQueue } from "./stored-queue.ts";

describe("StoredQueue and the memory of what runs", () => {
  const files = sqliteFiles();
  const never = new AbortController().signal;
  const ok: Answer = { text: '{"text":"yes","image":null}', outcome: "OK" };
  const mebi = 2 ** 20;
  let queue: StoredQueue;

  beforeEach(async () => {
    const limits = { maxSize: 100, maxUndelivered: 100 };
    queue = new StoredQueue({
      ...{ ...limits, isSerial: false, logger: new RecordingLogger(), maxBytes: 20 * mebi },
      createStore: (onChange) => sqliteStore(files.file(), { ...limits, onChange }),
    });
    await queue.start();
  });
  afterEach(() => queue.stop());

  async function accept(messageID: string, bytes: number): Promise<void> {
    const receivedAt = Date.now();
    const request: QueuedRequest = {
      ...{ modelID: "m", sessionID: "s", messageID, bytes, receivedAt },
      ...{ input: { messages: [] }, deadline: receivedAt + 60_000 },
    };
    await queue.accept(request);
  }
  /** What a claim has brought, without waiting for it. */
  function watch(claim: Promise<readonly Job[]>): { jobs: readonly Job[] | null } {
    const watched: { jobs: readonly Job[] | null } = { jobs: null };
    void claim.then((jobs) => {
      watched.jobs = jobs;
    });
    return watched;
  }
  async function claimOne(): Promise<Job> {
    const [job] = await queue.claim(1, never);
    assert.ok(job);
    return job;
  }
  /** A claim that could bring something would have done so by then. */
  const settled = async () => {
    for (const _ of [1, 2, 3]) await queue.stats();
  };

  it("begins no further request while those that run take their room, until one is answered", async () => {
    for (const messageID of ["1", "2", "3"]) await accept(messageID, 12 * mebi);
    const first = await claimOne();
    await claimOne();
    const claim = queue.claim(9, never);
    const third = watch(claim);
    await settled();
    assert.equal(third.jobs, null);
    const { size, pending } = await queue.stats();
    assert.deepEqual([size, pending], [1, 2]);
    await queue.answer(first, ok);
    assert.equal((await claim)[0]?.request.messageID, "3");
  });

  it("begins a request when one that takes room is given back", async () => {
    for (const messageID of ["1", "2"]) await accept(messageID, 30 * mebi);
    const first = await claimOne();
    const claim = queue.claim(1, never);
    await settled();
    await queue.giveBack(first);
    assert.equal((await claim)[0]?.request.messageID, "1");
  });

  it("runs a request that alone is larger than the room, and many small ones at once", async () => {
    await accept("1", 100 * mebi);
    await queue.answer(await claimOne(), ok);
    for (const messageID of ["2", "3", "4"]) await accept(messageID, 100);
    assert.equal((await queue.claim(9, never)).length, 3);
  });

  it("ends the waiting for room with its caller, and answers what is late meanwhile", async () => {
    await accept("1", 30 * mebi);
    await claimOne();
    const giveUp = new AbortController();
    const claim = queue.claim(1, giveUp.signal);
    const receivedAt = Date.now();
    await queue.accept({
      ...{ modelID: "m", sessionID: "s", messageID: "late", bytes: 1, receivedAt },
      ...{ input: { messages: [] }, deadline: receivedAt + 1 },
    });
    const [late] = await queue.claimExpired(never);
    assert.equal(late?.request.messageID, "late");
    giveUp.abort();
    assert.deepEqual(await claim, []);
  });
});
