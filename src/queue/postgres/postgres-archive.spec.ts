import assert from "node:assert/strict";
import { postgresStores } from "../../../test/fixtures/postgres-stores.ts";
import { arrival, roomy } from "../../../test/fixtures/sqlite-files.ts";
import type { SessionArchive } from "../archive/session-archive.ts";
import type { Answer } from "../request-queue.ts";
import { openPostgresArchive } from "./postgres-archive.ts";
import type { PostgresStore } from "./postgres-store.ts";

describe("The archive of a PostgresStore", () => {
  const stores = postgresStores();
  let store: PostgresStore;
  let archive: SessionArchive;
  beforeEach(async () => {
    store = await stores.open();
    archive = await openPostgresArchive(stores.url);
  });
  afterEach(() => archive.close());

  const odd = "s\0\\0\\\u{1F438}'%";
  const insert = (sessionID: string, messageID: string, receivedAt: number) =>
    store.insert([arrival(messageID, { sessionID, receivedAt })], roomy, false);
  async function answerNext(answer: Answer, answeredAt: number): Promise<void> {
    const [claim] = await store.claim("due", `claim at ${answeredAt}`, 1, false);
    assert.ok(claim);
    const { row, token } = claim;
    await store.answer([{ row, token, answer, answeredAt }], false);
  }
  const published = (name: string, sessionID: string) => ({
    ...{ arrival: name, sessionID, metrics: `{"name":"${name}"}`, receivedAt: 7 },
  });

  it("lists sessions, the one with the latest request last, while a server works", async () => {
    await insert(odd, "1", 3);
    await insert("early", "1", 1);
    await insert("early", "2", 2);
    await answerNext({ text: "yes", outcome: "OK" }, 4);
    await answerNext({ text: "no", outcome: "INTERNAL" }, 5);
    const [first] = await store.take("t", 1, false);
    assert.ok(first);
    await store.done([first], 6);
    await store.keepMetrics([published("a", odd), published("b", odd), published("c", "")]);
    await store.keepMetrics([published("d", "only metrics")]);
    assert.deepEqual(await archive.sessions(), [
      {
        ...{ modelID: "m", sessionID: "early", requests: 2, answered: 1, failed: 1 },
        ...{ undelivered: 1, metrics: 0, firstAt: 1, lastAt: 2 },
      },
      {
        ...{ modelID: "m", sessionID: odd, requests: 1, answered: 1, failed: 0 },
        ...{ undelivered: 0, metrics: 2, firstAt: 3, lastAt: 3 },
      },
      {
        ...{ modelID: "m", sessionID: "only metrics", requests: 0, answered: 0, failed: 0 },
        ...{ undelivered: 0, metrics: 1, firstAt: 7, lastAt: 7 },
      },
    ]);
  });

  it("reads a session's requests, page by page, in the order of their arrival", async () => {
    const list = Array.from({ length: 80 }, (_, number) =>
      arrival(`${number}\0`, { sessionID: number % 2 === 0 ? odd : "other", receivedAt: number }),
    );
    await store.insert(list, roomy, false);
    await answerNext({ text: '{"text":"yes"}', outcome: "OK" }, 50);
    await store.refuse(
      [
        {
          ...{ arrival: "refusal", sessionID: odd, messageID: "refused" },
          ...{ answer: { text: "no", outcome: "RESOURCE_EXHAUSTED" }, receivedAt: 60 },
        },
      ],
      false,
    );
    const requests = await Array.fromAsync(archive.requests(odd));
    assert.deepEqual(
      requests.map(({ messageID }) => messageID),
      [...Array.from({ length: 40 }, (_, number) => `${number * 2}\0`), "refused"],
    );
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
    assert.deepEqual(
      [requests.at(-1)?.input, requests.at(-1)?.outcome],
      [null, "RESOURCE_EXHAUSTED"],
    );
    assert.deepEqual(await Array.fromAsync(archive.requests("nobody's")), []);
  });

  it("reads the metrics of a session, or all of them, page by page", async () => {
    const many = Array.from({ length: 1001 }, (_, number) => published(`${number}`, odd));
    await store.keepMetrics([...many, { ...published("odd", ""), metrics: `{'a': "${odd}"}` }]);
    assert.equal((await Array.fromAsync(archive.metrics(null))).length, 1002);
    assert.equal((await Array.fromAsync(archive.metrics(odd))).length, 1001);
    assert.deepEqual(await Array.fromAsync(archive.metrics("")), [
      { modelID: "m", sessionID: "", metrics: `{'a': "${odd}"}`, receivedAt: 7 },
    ]);
  });

  it("deletes a session, and fences off who works on it", async () => {
    await insert(odd, "1", 1);
    await insert("stays", "1", 1);
    await store.keepMetrics([published("a", odd), published("b", "stays")]);
    const [claim] = await store.claim("due", "t", 1, false);
    assert.ok(claim);
    assert.deepEqual(await archive.delete(odd), { requests: 1, metrics: 1 });
    const { row, token } = claim;
    const answer: Answer = { text: "late", outcome: "OK" };
    assert.deepEqual(await store.answer([{ row, token, answer, answeredAt: 1 }], true), [false]);
    assert.deepEqual(
      (await archive.sessions()).map(({ sessionID, metrics }) => [sessionID, metrics]),
      [["stays", 1]],
    );
    assert.equal((await store.stats()).pending, 0);
    assert.deepEqual(await archive.delete(odd), { requests: 0, metrics: 0 });
  });

  it("leaves no word of a deleted session in the tables' files", async () => {
    const secret = "my grandmother's recipe";
    const input = { messages: [{ role: "user", content: secret }] };
    await store.insert([arrival("1", { sessionID: "gone", input })], roomy, false);
    await archive.delete("gone");
    const [left] = await stores.query(`
      SELECT position('grandmother'::bytea IN pg_read_binary_file(pg_relation_filepath(t))) AS place
      FROM (VALUES ('arena_requests'::regclass)) AS tables (t)`);
    // Its pages are clean once they are written.
    await stores.query("CHECKPOINT");
    const [after] = await stores.query(`
      SELECT position('grandmother'::bytea IN pg_read_binary_file(pg_relation_filepath(t))) AS place
      FROM (VALUES ('arena_requests'::regclass)) AS tables (t)`);
    assert.deepEqual([left?.["place"], after?.["place"]], [0, 0]);
  });
});
