import assert from "node:assert/strict";
import type { SessionArchive } from "../../src/queue/archive/session-archive.ts";
import type { QueueStore } from "../../src/queue/stored/queue-store.ts";
import {
  answerNext,
  answerOf,
  arrival,
  claimOne,
  messageIDsOf,
  published,
  refusal,
  roomy,
  takeOne,
} from "../fixtures/store-rows.ts";
import type { StoreFactory } from "./queue-store.ts";

/** Every archive of a durable queue passes these, while a server works. */
export function describeSessionArchive(
  kind: string,
  { open, openArchive }: Pick<StoreFactory, "open" | "openArchive">,
): void {
  describe(`${kind} as an archive of sessions`, () => {
    let store: QueueStore;
    let archive: SessionArchive;
    beforeEach(async () => {
      store = await open();
      archive = await openArchive();
    });
    afterEach(() => archive.close());

    const odd = "s\0\\0\\\u{1F438}'%";
    const insert = (sessionID: string, messageID: string, receivedAt: number) =>
      store.insert([arrival(messageID, { sessionID, receivedAt })], roomy, false);
    const metricsOf = (sessionID: string, metrics: string) =>
      published(metrics, { sessionID, metrics, receivedAt: 7 });

    it("lists sessions, the one with the latest request last", async () => {
      await insert(odd, "1", 3);
      await insert("early", "1", 1);
      await insert("early", "2", 2);
      await answerNext(store, { text: "yes", outcome: "OK" }, 4);
      await answerNext(store, { text: "no", outcome: "INTERNAL" }, 5);
      await store.done([await takeOne(store)], 6);
      await store.keepMetrics([metricsOf(odd, "a"), metricsOf(odd, "b"), metricsOf("", "c")]);
      await store.keepMetrics([metricsOf("only metrics", "d")]);
      const nothing = { requests: 0, answered: 0, failed: 0, undelivered: 0, metrics: 0 };
      assert.deepEqual(await archive.sessions(), [
        {
          ...{ ...nothing, modelID: "m", sessionID: "early", firstAt: 1, lastAt: 2 },
          ...{ requests: 2, answered: 1, failed: 1, undelivered: 1 },
        },
        {
          ...{ ...nothing, modelID: "m", sessionID: odd, firstAt: 3, lastAt: 3 },
          ...{ requests: 1, answered: 1, metrics: 2 },
        },
        {
          ...{ ...nothing, modelID: "m", sessionID: "only metrics", firstAt: 7, lastAt: 7 },
          metrics: 1,
        },
      ]);
    });

    it("reads a session's requests, page by page, in the order of their arrival", async () => {
      const list = Array.from({ length: 80 }, (_, number) =>
        arrival(`${number}\0`, { sessionID: number % 2 === 0 ? odd : "other", receivedAt: number }),
      );
      await store.insert(list, roomy, false);
      await answerNext(store, { text: '{"text":"yes"}', outcome: "OK" }, 50);
      const answer = { text: "no", outcome: "RESOURCE_EXHAUSTED" } as const;
      await store.refuse([refusal("refused", { sessionID: odd, answer })], false);
      const requests = await Array.fromAsync(archive.requests(odd));
      assert.deepEqual(messageIDsOf(requests), [
        ...Array.from({ length: 40 }, (_, number) => `${number * 2}\0`),
        "refused",
      ]);
      const [first, second] = requests;
      assert.ok(first?.claimedAt);
      assert.deepEqual(
        { ...first, claimedAt: 0 },
        {
          ...{ modelID: "m", sessionID: odd, messageID: "0\0", state: "answered" },
          input: { messages: [{ role: "user", content: "0\0" }] },
          ...{ answer: '{"text":"yes"}', outcome: "OK", attempts: 1 },
          ...{ receivedAt: 0, claimedAt: 0, answeredAt: 50, deliveredAt: null },
        },
      );
      assert.deepEqual([second?.state, second?.answer, second?.claimedAt], ["queued", null, null]);
      const last = requests.at(-1);
      assert.deepEqual([last?.input, last?.outcome], [null, "RESOURCE_EXHAUSTED"]);
      assert.deepEqual(await Array.fromAsync(archive.requests("nobody's")), []);
    });

    it("reads the metrics of a session, or all of them, page by page", async () => {
      const many = Array.from({ length: 1001 }, (_, number) => metricsOf(odd, `${number}`));
      const metrics = `{'a': "${odd}"}`;
      await store.keepMetrics([...many, { ...metricsOf("", "none"), metrics }]);
      assert.equal((await Array.fromAsync(archive.metrics(null))).length, 1002);
      assert.equal((await Array.fromAsync(archive.metrics(odd))).length, 1001);
      assert.deepEqual(await Array.fromAsync(archive.metrics("")), [
        { modelID: "m", sessionID: "", metrics, receivedAt: 7 },
      ]);
    });

    it("deletes a session, and fences off who works on it", async () => {
      await insert(odd, "1", 1);
      await insert("stays", "1", 1);
      await store.keepMetrics([metricsOf(odd, "a"), metricsOf("stays", "b")]);
      const claim = await claimOne(store);
      assert.deepEqual(await archive.delete(odd), { requests: 1, metrics: 1 });
      assert.deepEqual(await store.answer([answerOf(claim)], true), [false]);
      assert.deepEqual(
        (await archive.sessions()).map(({ sessionID, metrics }) => [sessionID, metrics]),
        [["stays", 1]],
      );
      assert.equal((await store.stats()).pending, 0);
      assert.deepEqual(await archive.delete(odd), { requests: 0, metrics: 0 });
    });
  });
}
