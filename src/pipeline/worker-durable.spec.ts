import assert from "node:assert/strict";
import { Collected } from "../../test/fixtures/collected.ts";
import { type Deferred, deferred } from "../../test/fixtures/deferred.ts";
import { RecordingLogger } from "../../test/fixtures/recording-logger.ts";
import { sqliteFiles, sqliteStore } from "../../test/fixtures/sqlite-files.ts";
import type { TaskOutput } from "../data-models/task.ts";
import type { Delivery, QueuedRequest } from "../queue/request-queue.ts";
import { StoredQueue } from "../queue/stored/stored-queue.ts";
import { ScriptedModel } from "../testing/scripted-model.ts";
import { createPipeline } from "./pipeline.ts";
import { Worker } from "./worker.ts";

describe("Worker of a durable queue", () => {
  const files = sqliteFiles();
  const never = new AbortController().signal;
  /** A request that the model works on, until the test ends it. */
  interface Run extends Deferred<TaskOutput> {
    readonly messageID: string;
    readonly signal: AbortSignal;
  }

  let file: string;
  let queue: StoredQueue;
  let worker: Worker;
  let runs: Collected<Run>;
  let outcomes: string[];

  async function open(): Promise<StoredQueue> {
    const limits = { maxSize: 100, maxUndelivered: 100 };
    const opened = new StoredQueue({
      ...{ ...limits, isSerial: false, logger: new RecordingLogger() },
      createStore: (onChange) => sqliteStore(file, { ...limits, onChange }),
    });
    await opened.start();
    return opened;
  }
  const limits = { maxConcurrency: 2, maxAnswerBytes: 1000 };
  const model = new ScriptedModel((_input, { messageID, signal }) => {
    const run = { messageID, signal, ...deferred<TaskOutput>() };
    runs.add(run);
    return run.promise;
  });
  function createWorker(): Worker {
    return new Worker({
      queue,
      pipeline: createPipeline({ model, definition: model.getModelDefinition(), ...limits }),
      ...limits,
      logContent: false,
      logger: new RecordingLogger(),
      onAnswered: (outcome) => outcomes.push(outcome),
    });
  }
  beforeEach(async () => {
    file = files.file();
    queue = await open();
    runs = new Collected();
    outcomes = [];
    worker = createWorker();
    worker.watchDeadlines();
    worker.start();
  });
  afterEach(async () => {
    await worker.stop();
    await queue.stop();
  });

  const turn = () => new Promise((resolve) => setImmediate(resolve));
  function request(messageID: string, changes: Partial<QueuedRequest> = {}): QueuedRequest {
    const receivedAt = Date.now();
    return {
      ...{ modelID: "m", sessionID: "s", messageID, bytes: 100, receivedAt },
      ...{ input: { messages: [] }, deadline: receivedAt + 60_000, ...changes },
    };
  }
  const run = (messageID: string) => runs.find((one) => one.messageID === messageID);
  async function firstDelivery(): Promise<Delivery> {
    for await (const delivery of queue.deliveries(never)) return delivery;
    return assert.fail("no delivery came");
  }

  it("gives back what runs when it stops, as if it had never run, and leaves what waits", async () => {
    for (const messageID of ["1", "2", "3"]) await queue.accept(request(messageID));
    const first = await run("1");
    await run("2");
    await worker.stop();
    assert.equal(first.signal.aborted, true);
    const { size, pending, undelivered } = await queue.stats();
    assert.deepEqual([size, pending, undelivered, outcomes], [3, 0, 0, []]);
    const jobs = await queue.claim(9, never);
    assert.deepEqual(
      jobs.map((job) => [job.request.messageID, job.attempt]),
      [
        ["1", 1],
        ["2", 1],
        ["3", 1],
      ],
    );
  });

  it("throws away what a model says after its request was given back", async () => {
    await queue.accept(request("1"));
    const { resolve } = await run("1");
    await worker.stop();
    resolve({ text: "too late" });
    await turn();
    const { size, undelivered } = await queue.stats();
    assert.deepEqual([size, undelivered], [1, 0]);
  });

  it("takes no further work while it finishes, and waits for what runs", async () => {
    for (const messageID of ["1", "2", "3"]) await queue.accept(request(messageID));
    const [first, second] = [await run("1"), await run("2")];
    let isFinished = false;
    const finished = worker.finish(never).then(() => {
      isFinished = true;
    });
    first.resolve({ text: "yes" });
    assert.equal((await firstDelivery()).messageID, "1");
    await turn();
    assert.equal(isFinished, false);
    second.resolve({ text: "yes" });
    await finished;
    // An answer is stored by then.
    const { size, pending, undelivered } = await queue.stats();
    assert.deepEqual([size, pending, undelivered, runs.items.length], [1, 0, 2, 2]);
  });

  it("waits no longer than its caller for what runs", async () => {
    await queue.accept(request("1"));
    await run("1");
    const giveUp = new AbortController();
    const finished = worker.finish(giveUp.signal);
    giveUp.abort();
    await finished;
    assert.equal((await queue.stats()).pending, 1);
  });

  it("answers a request for which three workers have died, and does not run it again", async () => {
    await worker.stop();
    await queue.accept(request("1"));
    for (const attempt of [1, 2, 3]) {
      const [job] = await queue.claim(1, never);
      assert.equal(job?.attempt, attempt);
      // The process ends without a word: who comes next frees what it held.
      await queue.stop();
      queue = await open();
    }
    worker = createWorker();
    worker.start();
    const { answer, messageID } = await firstDelivery();
    assert.deepEqual([messageID, answer.outcome, runs.items.length], ["1", "ABORTED", 0]);
    assert.match(answer.text, /3/);
    assert.deepEqual(outcomes, ["ABORTED"]);
  });

  it("runs a request for the third time", async () => {
    await worker.stop();
    await queue.accept(request("1"));
    for (const _ of [1, 2]) {
      await queue.claim(1, never);
      await queue.stop();
      queue = await open();
    }
    worker = createWorker();
    worker.start();
    (await run("1")).resolve({ text: "at last" });
    assert.equal((await firstDelivery()).answer.outcome, "OK");
  });

  it("answers a request whose deadline passes while it waits, and one that it runs too long", async () => {
    await queue.accept(request("1", { deadline: Date.now() + 150 }));
    const first = await run("1");
    assert.equal((await firstDelivery()).answer.outcome, "DEADLINE_EXCEEDED");
    assert.equal(first.signal.aborted, true);
    for (const messageID of ["2", "3"]) await queue.accept(request(messageID));
    await run("3");
    await queue.accept(request("4", { deadline: Date.now() + 30 }));
    const { messageID, answer } = await firstDelivery();
    assert.deepEqual([messageID, answer.outcome], ["4", "DEADLINE_EXCEEDED"]);
    assert.ok(runs.items.every((one) => one.messageID !== "4"));
  });

  it("stores an error as the answer when the model fails", async () => {
    await queue.accept(request("1"));
    (await run("1")).reject(new Error("out of ideas"));
    assert.equal((await firstDelivery()).answer.outcome, "INTERNAL");
  });

  it("stops twice, and before it has started", async () => {
    await Promise.all([worker.stop(), worker.stop()]);
    await createWorker().stop();
  });
});
