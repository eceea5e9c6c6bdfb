import assert from "node:assert/strict";
import { DatabaseSync } from "node:sqlite";
import type { RecordingLogger } from "../../../test/fixtures/recording-logger.ts";
import { idsOf, ok, queuedRequest } from "../../../test/fixtures/store-rows.ts";
import {
  type UnreliableQueue,
  unreliableQueues,
} from "../../../test/fixtures/unreliable-queues.ts";
import { neverAborted } from "../../async/never-aborted.ts";
import type { Answer, Job } from "../request-queue.ts";
import { openSqliteArchive } from "../sqlite/open-sqlite-archive.ts";
import { DataError } from "./store-errors.ts";
import type { StoredQueue } from "./stored-queue.ts";

describe("StoredQueue and data that cannot be stored or read", () => {
  const queues = unreliableQueues();
  const poison = "poison";
  let unreliable: UnreliableQueue;
  let queue: StoredQueue;
  let logger: RecordingLogger;

  beforeEach(async () => {
    unreliable = await queues.open();
    ({ queue, logger } = unreliable);
    unreliable.store.poison = poison;
  });

  const accept = (...messageIDs: readonly string[]) =>
    Promise.all(messageIDs.map((messageID) => queue.accept(queuedRequest(messageID))));
  async function claim(count: number): Promise<readonly Job[]> {
    const jobs: Job[] = [];
    while (jobs.length < count) {
      jobs.push(...(await queue.claim(count - jobs.length, neverAborted)));
    }
    return jobs;
  }
  /** As another program that has the file open. */
  function change(statement: string): void {
    using database = new DatabaseSync(unreliable.file);
    database.exec(statement);
  }

  it("takes the other requests of a step when one cannot be stored, and rejects that one", async () => {
    const accepted = ["1", poison, "3"].map((messageID) => queue.accept(queuedRequest(messageID)));
    const [first, second, third] = await Promise.allSettled(accepted);
    assert.deepEqual([first?.status, third?.status], ["fulfilled", "fulfilled"]);
    assert.ok(second?.status === "rejected" && second.reason instanceof DataError);
    assert.equal(queue.isReachable, true);
    assert.deepEqual(idsOf(await claim(2)), ["1", "3"]);
  });

  it("stores the other answers of a step, and takes another one for what cannot be stored", async () => {
    await accept("1", "2", "3");
    const jobs = await claim(3);
    const bad: Answer = { text: poison, outcome: "OK" };
    const answers = jobs.map((job) => queue.answer(job, idsOf([job])[0] === "2" ? bad : ok));
    const [first, second, third] = await Promise.allSettled(answers);
    assert.deepEqual([first, third], Array(2).fill({ status: "fulfilled", value: true }));
    assert.ok(second?.status === "rejected" && second.reason instanceof DataError);
    const [, job] = jobs;
    assert.ok(job);
    assert.equal(await queue.answer(job, { text: "instead", outcome: "INTERNAL" }), true);
    assert.equal(await queue.answer(job, ok), false);
    const texts = (await unreliable.delivered(3)).map(({ answer }) => answer.text);
    assert.deepEqual(texts.toSorted(), [ok.text, ok.text, "instead"].toSorted());
  });

  it("delivers a refusal whose ids cannot be stored from where it is", async () => {
    const no: Answer = { text: '{"error":"no"}', outcome: "INVALID_ARGUMENT" };
    const told = queue.refuse(queuedRequest(poison), no, neverAborted);
    const [delivery] = await unreliable.delivered(1);
    await told;
    assert.deepEqual([delivery?.messageID, delivery?.answer], [poison, no]);
    assert.equal((await queue.stats()).undelivered, 0);
  });

  it("drops metrics that cannot be stored, with a warning, and keeps the others", async () => {
    await Promise.all([queue.keepMetrics("bad", poison), queue.keepMetrics("good", "{}")]);
    const archive = openSqliteArchive(unreliable.file);
    const metrics = await Array.fromAsync(archive.metrics(null));
    await archive.close();
    assert.deepEqual(
      metrics.map(({ sessionID }) => sessionID),
      ["good"],
    );
    const [line, ...more] = logger.items;
    assert.deepEqual([line?.["level"], line?.["sessionID"], more], ["warn", "bad", []]);
  });

  it("answers a request that cannot be read with an error, and runs the others", async () => {
    await accept("1", "2", "3");
    change("update arena_inputs set request = '{' where id = 2");
    assert.deepEqual(idsOf(await claim(2)), ["1", "3"]);
    const [delivery] = await unreliable.delivered(1);
    assert.deepEqual([delivery?.messageID, delivery?.answer.outcome], ["2", "INTERNAL"]);
    assert.match(delivery?.answer.text ?? "", /What is stored of this request cannot be read/);
    const [line] = logger.items;
    assert.deepEqual([line?.["level"], line?.["messageID"]], ["error", "2"]);
    assert.equal(queue.isReachable, true);
  });

  it("goes on when nothing of what it claims can be read", async () => {
    await accept("1", "2", "3");
    change("update arena_inputs set request = 'null' where id < 3");
    assert.deepEqual(idsOf(await queue.claim(2, neverAborted)), ["3"]);
  });

  it("delivers an error for an answer that cannot be read, and the other answers", async () => {
    await accept("1", "2", "3", "4");
    for (const job of await claim(4)) await queue.answer(job, ok);
    change(`update arena_requests set outcome = null where id = 1;
      update arena_requests set outcome = 'TEAPOT' where id = 2;
      update arena_requests set answer = null where id = 3`);
    const delivered = await unreliable.delivered(4);
    assert.deepEqual(
      delivered.map(({ messageID, answer }) => [messageID, answer.outcome]),
      [
        ["1", "INTERNAL"],
        ["2", "INTERNAL"],
        ["3", "INTERNAL"],
        ["4", "OK"],
      ],
    );
    assert.match(delivered[0]?.answer.text ?? "", /What is stored of this request cannot be read/);
    assert.equal(logger.items.length, 3);
  });
});
