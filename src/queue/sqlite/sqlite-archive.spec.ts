import assert from "node:assert/strict";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { sqliteFiles } from "../../../test/fixtures/sqlite-files.ts";
import { arrival, published, roomy } from "../../../test/fixtures/store-rows.ts";
import { describeSessionArchive } from "../../../test/suites/session-archive.ts";
import { ConfigurationError } from "../../errors/arena-error.ts";
import { listSqliteFiles } from "./file/list-sqlite-files.ts";
import { openSqliteArchive } from "./open-sqlite-archive.ts";

describe("openSqliteArchive", () => {
  const files = sqliteFiles();
  let file: string;
  beforeEach(() => {
    file = files.file();
  });
  const open = () => files.open({ file });
  const openArchive = async () => openSqliteArchive(file);
  describeSessionArchive("the file of a SqliteStore", { open, openArchive });

  it("leaves no word of a deleted session in the file", async () => {
    const store = await open();
    const secret = "my grandmother's recipe";
    const input = { messages: [{ role: "user", content: secret }] };
    await store.insert([arrival("1", { sessionID: "gone", input })], roomy);
    await store.keepMetrics([published("1", { sessionID: "gone", metrics: secret })]);
    const archive = openSqliteArchive(file);
    await archive.delete("gone");
    await archive.close();
    for (const name of [file, `${file}-wal`]) {
      assert.equal(readFileSync(name).includes(secret), false, name);
    }
  });

  it("does not become a server's rival, and can be closed twice", async () => {
    const store = await open();
    const archive = openSqliteArchive(file);
    await archive.sessions();
    await store.stop();
    await open();
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
