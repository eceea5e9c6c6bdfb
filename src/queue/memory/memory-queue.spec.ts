import assert from "node:assert/strict";
import { describeRequestQueue } from "../../../test/suites/request-queue.ts";
import type { QueuedRequest } from "../request-queue.ts";
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
  const never = new AbortController().signal;
  const requestOf = (messageID: string): QueuedRequest => ({
    modelID: "m",
    sessionID: "s",
    messageID,
    input: { messages: [] },
    bytes: 100,
    receivedAt: Date.now(),
    deadline: Date.now() + 60_000,
  });
  const deliverOne = async (queue: MemoryQueue, messageID: string, text: string) => {
    await queue.accept(requestOf(messageID));
    const [job] = await queue.claim(1, never);
    assert.ok(job);
    await queue.answer(job, { text, outcome: "OK" });
    for await (const delivery of queue.deliveries(never)) {
      delivery.done();
      break;
    }
  };

  it("begins no work while the undelivered answers are too long together", async () => {
    const deliveries = { answers: 100, characters: 10 };
    const queue = new MemoryQueue({ maxSize: 10, sessionOrder: "concurrent", deliveries });
    await queue.refuse(requestOf("1"), { text: "0123456789", outcome: "OK" }, never);
    assert.equal(await queue.accept(requestOf("2")), "full");
  });

  it("is full when its requests take too much memory together, until they are answered", async () => {
    const queue = new MemoryQueue({ maxSize: 10, maxBytes: 250, sessionOrder: "concurrent" });
    assert.equal(await queue.accept(requestOf("1")), "accepted");
    assert.equal(await queue.accept(requestOf("2")), "accepted");
    const [job] = await queue.claim(1, never);
    assert.ok(job);
    assert.equal(await queue.accept(requestOf("3")), "full");
    await queue.answer(job, { text: "yes", outcome: "OK" });
    assert.equal(await queue.accept(requestOf("3")), "accepted");
  });

  it("forgets the oldest delivered answers beyond what it retains, and runs those again", async () => {
    const retention = { answers: 4, characters: 1000 };
    const queue = new MemoryQueue({ maxSize: 10, sessionOrder: "concurrent", retention });
    for (const messageID of ["1", "2", "3", "4", "5"]) await deliverOne(queue, messageID, "yes");
    assert.equal(await queue.accept(requestOf("5")), "duplicate");
    assert.equal(await queue.accept(requestOf("1")), "accepted");
  });

  it("retains the latest answer even if it is longer than all that may be retained", async () => {
    const retention = { answers: 4, characters: 2 };
    const queue = new MemoryQueue({ maxSize: 10, sessionOrder: "concurrent", retention });
    await deliverOne(queue, "1", "longer than two");
    assert.equal(await queue.accept(requestOf("1")), "duplicate");
  });

  it("watches deadlines of what was about to be claimed when too much lay undelivered", async () => {
    const deliveries = { answers: 1, characters: 1000 };
    const queue = new MemoryQueue({ maxSize: 10, sessionOrder: "concurrent", deliveries });
    const giveUp = new AbortController();
    const [claim, expired] = [queue.claim(1, giveUp.signal), queue.claimExpired(never)];
    const accepted = queue.accept({ ...requestOf("1"), deadline: Date.now() + 20 });
    await queue.refuse(requestOf("2"), { text: "no", outcome: "INTERNAL" }, never);
    assert.equal(await accepted, "accepted");
    assert.deepEqual(
      (await expired).map(({ request }) => request.messageID),
      ["1"],
    );
    giveUp.abort();
    assert.deepEqual(await claim, []);
  });
});
