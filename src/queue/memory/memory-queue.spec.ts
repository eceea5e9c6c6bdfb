import assert from "node:assert/strict";
import { claimJob, read, runOne } from "../../../test/fixtures/queue-steps.ts";
import { idsOf, queuedRequest } from "../../../test/fixtures/store-rows.ts";
import { describeRequestQueue } from "../../../test/suites/request-queue.ts";
import { neverAborted } from "../../async/never-aborted.ts";
import { MemoryQueue } from "./memory-queue.ts";

describeRequestQueue("MemoryQueue", {
  create: async ({ maxSize, sessionOrder, maxUndelivered }) =>
    new MemoryQueue({
      maxSize,
      sessionOrder,
      deliveries: { answers: maxUndelivered, characters: 1_000_000 },
    }),
  dispose: async () => {},
});

describe("MemoryQueue", () => {
  const deliverOne = async (queue: MemoryQueue, messageID: string, text: string) => {
    await runOne(queue, messageID, { answer: { text, outcome: "OK" } });
    (await read(queue.deliveries(neverAborted)[Symbol.asyncIterator]())).done();
  };

  it("begins no work while the undelivered answers are too long together", async () => {
    const deliveries = { answers: 100, characters: 10 };
    const queue = new MemoryQueue({ maxSize: 10, sessionOrder: "concurrent", deliveries });
    await queue.refuse(queuedRequest("1"), { text: "0123456789", outcome: "OK" }, neverAborted);
    assert.equal(await queue.accept(queuedRequest("2")), "full");
  });

  it("is full when its requests take too much memory together, until they are answered", async () => {
    const queue = new MemoryQueue({ maxSize: 10, maxBytes: 250, sessionOrder: "concurrent" });
    assert.equal(await queue.accept(queuedRequest("1")), "accepted");
    assert.equal(await queue.accept(queuedRequest("2")), "accepted");
    const job = await claimJob(queue);
    assert.equal(await queue.accept(queuedRequest("3")), "full");
    await queue.answer(job, { text: "yes", outcome: "OK" });
    assert.equal(await queue.accept(queuedRequest("3")), "accepted");
  });

  it("forgets the oldest delivered answers beyond what it retains, and runs those again", async () => {
    const retention = { answers: 4, characters: 1000 };
    const queue = new MemoryQueue({ maxSize: 10, sessionOrder: "concurrent", retention });
    for (const messageID of ["1", "2", "3", "4", "5"]) await deliverOne(queue, messageID, "yes");
    assert.equal(await queue.accept(queuedRequest("5")), "duplicate");
    assert.equal(await queue.accept(queuedRequest("1")), "accepted");
  });

  it("retains the latest answer even if it is longer than all that may be retained", async () => {
    const retention = { answers: 4, characters: 2 };
    const queue = new MemoryQueue({ maxSize: 10, sessionOrder: "concurrent", retention });
    await deliverOne(queue, "1", "longer than two");
    assert.equal(await queue.accept(queuedRequest("1")), "duplicate");
  });

  it("watches deadlines of what was about to be claimed when too much lay undelivered", async () => {
    const deliveries = { answers: 1, characters: 1000 };
    const queue = new MemoryQueue({ maxSize: 10, sessionOrder: "concurrent", deliveries });
    const giveUp = new AbortController();
    const [claim, expired] = [queue.claim(1, giveUp.signal), queue.claimExpired(neverAborted)];
    const accepted = queue.accept(queuedRequest("1", { deadline: Date.now() + 20 }));
    await queue.refuse(queuedRequest("2"), { text: "no", outcome: "INTERNAL" }, neverAborted);
    assert.equal(await accepted, "accepted");
    assert.deepEqual(idsOf(await expired), ["1"]);
    giveUp.abort();
    assert.deepEqual(await claim, []);
  });
});
