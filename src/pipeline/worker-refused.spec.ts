import assert from "node:assert/strict";
import { Collected } from "../../test/fixtures/collected.ts";
import { RecordingLogger } from "../../test/fixtures/recording-logger.ts";
import { sqliteFiles, sqliteStore } from "../../test/fixtures/sqlite-files.ts";
import { UnreliableStore } from "../../test/fixtures/unreliable-store.ts";
import { ArenaError } from "../errors/arena-error.ts";
import type { Delivery } from "../queue/request-queue.ts";
import { StoredQueue } from "../queue/stored/stored-queue.ts";
import { ScriptedModel } from "../testing/scripted-model.ts";
import { createPipeline } from "./pipeline.ts";
import { Worker } from "./worker.ts";

describe("Worker whose model says what cannot be stored", () => {
  const files = sqliteFiles();
  const workerLimits = { maxConcurrency: 9, maxAnswerBytes: 1000 };
  const model = new ScriptedModel(async (_input, { messageID }) => {
    if (messageID === "unstorable") return { text: "unspeakable" };
    if (messageID === "throws") throw withoutCode();
    if (messageID === "rests") throw new ArenaError("UNAVAILABLE", "the vendor rests");
    return { text: "fine" };
  });
  let logger: RecordingLogger;
  let store: UnreliableStore;
  let queue: StoredQueue;
  let worker: Worker;
  let readers: AbortController;
  let outcomes: Collected<string>;

  beforeEach(async () => {
    readers = new AbortController();
    logger = new RecordingLogger();
    outcomes = new Collected();
    const limits = { maxSize: 100, maxUndelivered: 100 };
    queue = new StoredQueue({
      ...{ ...limits, isSerial: false, logger },
      createStore: (onChange) => {
        store = new UnreliableStore(sqliteStore(files.file(), { ...limits, onChange }));
        return store;
      },
    });
    await queue.start();
    worker = new Worker({
      queue,
      pipeline: createPipeline({ model, definition: model.getModelDefinition(), ...workerLimits }),
      ...{ ...workerLimits, logContent: false, logger },
      onAnswered: (outcome) => outcomes.add(outcome),
    });
    worker.start();
  });
  afterEach(async () => {
    readers.abort();
    await worker.stop();
    await queue.stop();
  });

  /** As a model in JavaScript that passes on what a vendor says. */
  function withoutCode(): ArenaError {
    const error = new ArenaError("UNKNOWN", "the vendor said no");
    Object.defineProperty(error, "code", { value: undefined });
    return error;
  }
  async function accept(messageID: string): Promise<void> {
    const receivedAt = Date.now();
    await queue.accept({
      ...{ modelID: "m", sessionID: "s", messageID, bytes: 1, receivedAt },
      ...{ input: { messages: [] }, deadline: receivedAt + 60_000 },
    });
  }
  async function delivered(count: number): Promise<Map<string, Delivery>> {
    const all = new Map<string, Delivery>();
    for await (const delivery of queue.deliveries(readers.signal)) {
      delivery.done();
      all.set(delivery.messageID, delivery);
      if (all.size === count) break;
    }
    return all;
  }
  async function outcomesOf(...messageIDs: readonly string[]): Promise<readonly unknown[]> {
    await Promise.all(messageIDs.map(accept));
    const all = await delivered(messageIDs.length);
    await outcomes.reached(messageIDs.length);
    return messageIDs.map((messageID) => all.get(messageID)?.answer.outcome);
  }
  const causes = () => logger.items.map(({ level, err }) => [level, JSON.stringify(err)] as const);

  it("answers with INTERNAL where an error has no code, logs the error, and answers others", async () => {
    assert.deepEqual(await outcomesOf("1", "throws", "2"), ["OK", "INTERNAL", "OK"]);
    const [[level, cause] = [], ...more] = causes();
    assert.deepEqual([level, more], ["error", []]);
    assert.match(cause ?? "", /the vendor said no/);
  });

  it("logs what a model says is wrong, of which the participant is told little", async () => {
    assert.deepEqual(await outcomesOf("1", "rests"), ["OK", "UNAVAILABLE"]);
    const told = logger.items.map(({ level, messageID, code, msg }) => [
      level,
      messageID,
      code,
      msg,
    ]);
    assert.deepEqual(told, [["warn", "rests", "UNAVAILABLE", "the vendor rests"]]);
  });

  it("answers with INTERNAL where the store cannot hold an answer, logs why, and answers others", async () => {
    store.poison = "unspeakable";
    assert.deepEqual(await outcomesOf("1", "unstorable", "2"), ["OK", "INTERNAL", "OK"]);
    assert.deepEqual(outcomes.items.toSorted(), ["INTERNAL", "OK", "OK"]);
    const [[level, cause] = [], ...more] = causes();
    assert.deepEqual([level, more], ["error", []]);
    assert.match(cause ?? "", /unspeakable cannot be stored/);
  });
});
