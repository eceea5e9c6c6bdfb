import assert from "node:assert/strict";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { arrival, roomy, sqliteFiles } from "../../../test/fixtures/sqlite-files.ts";
import { ConfigurationError } from "../../errors/arena-error.ts";
import type { SessionArchive } from "../archive/session-archive.ts";
import type { Answer } from "../request-queue.ts";
import { listSqliteFiles } from "./file/list-sqlite-files.ts";
import { openSqliteArchive } from "./open-sqlite-archive.ts";
import type { SqliteStore } from "./sqlite-store.ts";

describe("openSqliteArchive", () => {
  const files = sqliteFiles();
  let file: string;
  let store: SqliteStore;
  let archive: SessionArchive;
  beforeEach(async () => {
    file = files.file();
    store = await files.open({ file });
    archive = openSqliteArchive(file);
  });
  afterEach(() => archive.close());

  const insert = (sessionID: string, messageID: string, receivedAt: number) =>
    store.insert([arrival(messageID, { sessionID, receivedAt })], roomy);
  async function answerNext(answer: Answer, answeredAt: number): Promise<void> {
    const [claim] = await store.claim("due", `claim at ${answeredAt}`, 1, false);
    assert.ok(claim);
    const { row, token } = claim;
    await store.answer([{ row, token, answer, answeredAt }], false);
  }
  const published = (name: string, sessionID: string) => ({
    ...{ arrival: name, sessionID, metrics: `{"name":"${name}"}`, receivedAt: 7 },
  });

  it("lists sessions, the one with the latest request last, while a server writes", async () => {
    await insert("late", "1", 3);
    await insert("early", "1", 1);
    await insert("early", "2", 2);
    await answerNext({ text: "yes", outcome: "OK" }, 4);
    await answerNext({ text: "no", outcome: "INTERNAL" }, 5);
    const [first] = await store.take("t", 1, false);
    assert.ok(first);
    await store.done([first], 6);
    await store.keepMetrics([published("a", "late"), published("b", "late"), published("c", "")]);
    await store.keepMetrics([published("d", "only metrics")]);
    assert.deepEqual(await archive.sessions(), [
      {
        ...{ modelID: "m", sessionID: "early", requests: 2, answered: 1, failed: 1 },
        ...{ undelivered: 1, metrics: 0, firstAt: 1, lastAt: 2 },
      },
      {
        ...{ modelID: "m", sessionID: "late", requests: 1, answered: 1, failed: 0 },
        ...{ undelivered: 0, metrics: 2, firstAt: 3, lastAt: 3 },
      },
      {
        ...{ modelID: "m", sessionID: "only metrics", requests: 0, answered: 0, failed: 0 },
        ...{ undelivered: 0, metrics: 1, firstAt: 7, lastAt: 7 },
      },
    ]);
  });

  it("reads a session's requests, page by page, in the order of their arrival", async () => {
    for (let number = 0; number < 40; number++) {
      await insert(number % 2 === 0 ? "s\0" : "other", `${number}`, number);
    }
    await answerNext({ text: '{"text":"yes"}', outcome: "OK" }, 50);
    await store.refuse([
      {
        ...{ arrival: "refusal", sessionID: "s\0", messageID: "refused" },
        ...{ answer: { text: "no", outcome: "RESOURCE_EXHAUSTED" }, receivedAt: 60 },
      },
    ]);
    const requests = await Array.fromAsync(archive.requests("s\0"));
    assert.deepEqual(
      requests.map(({ messageID }) => messageID),
      [...Array.from({ length: 20 }, (_, number) => `${number * 2}`), "refused"],
    );
    const [first, second] = requests;
    assert.ok(first?.claimedAt);
    assert.deepEqual(
      { ...first, claimedAt: 0 },
      {
        ...{ modelID: "m", sessionID: "s\0", messageID: "0", state: "answered" },
        input: { messages: [{ role: "user", content: "0" }] },
        ...{ answer: '{"text":"yes"}', outcome: "OK", attempts: 1 },
        ...{ receivedAt: 0, claimedAt: 0, answeredAt: 50, deliveredAt: null },
      },
    );
    assert.deepEqual([second?.state, second?.answer, second?.claimedAt], ["queued", null, null]);
    assert.deepEqual(
      [requests.at(-1)?.input, requests.at(-1)?.outcome],
      [null, "RESOURCE_EXHAUSTED"],
    );
  });

  it("reads the metrics of a session, or all of them, page by page", async () => {
    const many = Array.from({ length: 1001 }, (_, number) => published(`${number}`, "s"));
    await store.keepMetrics([...many, published("nobody's", "")]);
    assert.equal((await Array.fromAsync(archive.metrics(null))).length, 1002);
    assert.equal((await Array.fromAsync(archive.metrics("s"))).length, 1001);
    assert.deepEqual(await Array.fromAsync(archive.metrics("")), [
      { modelID: "m", sessionID: "", metrics: '{"name":"nobody\'s"}', receivedAt: 7 },
    ]);
  });

  it("deletes a session, leaves no word of it in the file, and fences off who works on it", async () => {
    const secret = "my grandmother's recipe";
    const input = { messages: [{ role: "user", content: secret }] };
    await store.insert([arrival("1", { sessionID: "gone", input })], roomy);
    await insert("stays", "1", 1);
    await store.keepMetrics([published(secret, "gone"), published("a", "stays")]);
    const [claim] = await store.claim("due", "t", 1, false);
    assert.ok(claim);
    assert.deepEqual(await archive.delete("gone"), { requests: 1, metrics: 1 });
    const answer: Answer = { text: "late", outcome: "OK" };
    const { row, token } = claim;
    assert.deepEqual(await store.answer([{ row, token, answer, answeredAt: 1 }], false), [false]);
    assert.deepEqual(
      (await archive.sessions()).map(({ sessionID }) => sessionID),
      ["stays"],
    );
    assert.equal((await store.stats()).pending, 0);
    for (const name of [file, `${file}-wal`]) {
      assert.equal(readFileSync(name).includes(secret), false, name);
    }
    assert.deepEqual(await archive.delete("gone"), { requests: 0, metrics: 0 });
  });

  it("does not become a server's rival, and can be closed twice", async () => {
    await archive.sessions();
    await store.stop();
    await files.open({ file });
    await archive.close();
    await archive.close();
  });

  it("says what is wrong with a file that no queue keeps", () => {
    const whyNot = (path: string): string => {
      try {
        openSqliteArchive(path);
      } catch (error) {
        assert.ok(error instanceof ConfigurationError, String(error));
        assert.equal(error.problems[0]?.name, path);
        return error.message;
      }
      return "";
    };
    const folder = files.folder();
    assert.match(whyNot(join(folder, "none.sqlite")), /there is no such file/);
    assert.match(whyNot(folder), /it is no file/);
    const text = join(folder, "text.sqlite");
    writeFileSync(text, "Dear diary, ".repeat(1000));
    assert.match(whyNot(text), /is not a SQLite database/);
    const foreign = join(folder, "foreign.sqlite");
    new DatabaseSync(foreign).exec("create table recipes (name text)");
    assert.match(whyNot(foreign), /another program's database/);
    writeFileSync(join(folder, "empty.sqlite"), "");
    assert.match(whyNot(join(folder, "empty.sqlite")), /nothing was ever kept in it/);
  });
});

describe("listSqliteFiles", () => {
  const files = sqliteFiles();

  it("names the files of queues, and nothing else", () => {
    const folder = files.folder();
    const names = ["b.sqlite", "a.sqlite", "a.sqlite-wal", "a.sqlite.lock", "notes.txt"];
    for (const name of names) writeFileSync(join(folder, name), "");
    mkdirSync(join(folder, "c.sqlite"));
    assert.deepEqual(listSqliteFiles(folder), [join(folder, "a.sqlite"), join(folder, "b.sqlite")]);
    assert.deepEqual(listSqliteFiles(join(folder, "none")), []);
  });

  it("says that the folder cannot be read", () => {
    const file = join(files.folder(), "file");
    writeFileSync(file, "");
    assert.throws(
      () => listSqliteFiles(file),
      (error) =>
        error instanceof ConfigurationError &&
        /SHARED_FOLDER_PATH: .* cannot be read \(ENOTDIR.*name a folder/.test(error.message),
    );
  });
});
