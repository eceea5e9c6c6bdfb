import assert from "node:assert/strict";
import { chmodSync, readFileSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { sqliteFiles, sqliteStore, storeProcess } from "../../../test/fixtures/sqlite-files.ts";
import { insert, whyNotStarted } from "../../../test/fixtures/store-rows.ts";
import { ConfigurationError } from "../../errors/arena-error.ts";
import { lockFile } from "./file/open-store-file.ts";
import { explainFailure, explainOpening } from "./sqlite-failure.ts";

describe("a SqliteStore's file", () => {
  const files = sqliteFiles();

  async function whyNot(file: string): Promise<string> {
    const error = await whyNotStarted(sqliteStore(file));
    assert.ok(error instanceof ConfigurationError, String(error));
    assert.deepEqual(
      error.problems.map(({ name }) => name),
      ["QUEUE_URL"],
    );
    return error.problems[0]?.message ?? "";
  }

  it("is created with its folder, for nobody else's eyes", async () => {
    const file = join(files.folder(), "new", "queue.sqlite");
    const store = await files.open({ file });
    await insert(store, "1");
    const rights = (path: string) => statSync(path).mode & 0o777;
    assert.equal(rights(join(file, "..")), 0o700);
    for (const ending of ["", "-wal", "-shm", ".lock"]) {
      assert.equal(rights(`${file}${ending}`), 0o600, ending);
    }
  });

  it("belongs to one process, and is free at once when that one is killed", async () => {
    const file = files.file();
    await using owner = storeProcess(file, "holds");
    const { open: pid } = await owner.find((line) => line.open !== undefined);
    const message = await whyNot(file);
    assert.match(message, new RegExp(`is in use by process ${pid} on .+ since 2.+Z`));
    assert.match(message, /Stop that one, name another file, or share a queue in Postgres/);
    owner.kill("SIGKILL");
    await owner.exited;
    await files.open({ file });
  });

  it("belongs to one store of a process, and stays its own after another's attempt", async () => {
    const file = files.file();
    const first = await files.open({ file });
    for (const _ of [1, 2]) assert.match(await whyNot(file), /is in use by process/);
    await using other = storeProcess(file, "holds");
    assert.equal((await other.exited).code, 1);
    assert.match(other.stderr, /is in use by process/);
    await first.stop();
    await files.open({ file });
  });

  it("is the same file by whatever name", async () => {
    const file = files.file();
    await files.open({ file });
    const link = join(files.folder(), "link.sqlite");
    symlinkSync(file, link);
    assert.match(await whyNot(link), /is in use by process/);
  });

  it("cannot lie below a file, or be a folder", async () => {
    const [file, folder] = [files.file(), files.folder()];
    writeFileSync(file, "");
    assert.match(await whyNot(join(file, "queue.sqlite")), /part of its path is a file/);
    assert.match(await whyNot(join(file, "deeper", "queue.sqlite")), /part of its path is a file/);
    assert.match(await whyNot(folder), /is a folder\. Name a file, such as .+queue\.sqlite/);
  });

  it("cannot lie where no folder can be made, as on a file system of the kernel", async () => {
    const file = "/proc/arena/queue.sqlite";
    assert.throws(
      () => lockFile(file),
      (error) =>
        /cannot be created or written.+or name another path/.test(explainOpening(file, error)),
    );
  });

  it("cannot lie in a folder that this user may not write", () => {
    const folder = files.folder();
    chmodSync(folder, 0o555);
    const file = join(folder, "queue.sqlite");
    // Root may write everywhere.
    const isRoot = process.getuid?.() === 0;
    if (isRoot) process.seteuid?.("nobody");
    try {
      assert.throws(
        () => lockFile(file),
        (error) =>
          /cannot be created or written.+EACCES.+or name another path/.test(
            explainOpening(file, error),
          ),
      );
    } finally {
      if (isRoot) process.seteuid?.(0);
    }
  });

  it("must be a database, one of this server, and no newer one", async () => {
    const file = files.file();
    writeFileSync(file, "Dear diary, ".repeat(1000));
    assert.match(await whyNot(file), /is not a SQLite database\. Name another file/);
    assert.equal(readFileSync(file, "utf8"), "Dear diary, ".repeat(1000));
    const foreign = files.file();
    new DatabaseSync(foreign).exec("create table recipes (name text)");
    assert.match(await whyNot(foreign), /is another program's database/);
    const newer = files.file();
    await (await files.open({ file: newer })).stop();
    new DatabaseSync(newer).exec("pragma user_version = 99");
    assert.match(await whyNot(newer), /was written by a newer version of this server/);
  });

  it("must not be damaged", async () => {
    const file = files.file();
    const store = await files.open({ file });
    await insert(store, "1");
    await store.stop();
    const bytes = readFileSync(file);
    // The header stays.
    writeFileSync(file, bytes.fill(0xa5, 100));
    assert.match(await whyNot(file), /is damaged\. Move it away .+\.recover/);
  });

  it("is set up as a whole or not at all", async () => {
    const file = files.file();
    // Another program's table stands in the way of one that comes late in the set-up.
    const database = new DatabaseSync(file);
    database.exec(`pragma application_id = ${0x41_72_65_6e}; create table arena_owner (x)`);
    assert.match(await whyNot(file), /table arena_owner already exists/);
    const tables = database.prepare("select name from sqlite_schema where type = 'table'").all();
    assert.deepEqual(
      tables.map(({ name }) => name),
      ["arena_owner"],
    );
  });

  it("says in plain words that the disk is full, that it is damaged, or locked", () => {
    const database = new DatabaseSync(files.file());
    database.exec("create table t (x)");
    const { page_count: pages } = database.prepare("pragma page_count").get() ?? {};
    database.exec(`pragma max_page_count = ${pages}`);
    assert.throws(
      () => database.exec("insert into t values (zeroblob(100000))"),
      (error) =>
        /the disk that holds F is full, or what may be used of it: make room/.test(
          explainFailure("F", error),
        ),
    );
    const failure = (errcode: number) => Object.assign(new Error("reason"), { errcode });
    assert.match(explainFailure("F", failure(267)), /F is damaged.+\(reason\)/);
    assert.match(explainFailure("F", failure(5)), /another program has kept F locked/);
    assert.match(explainFailure("F", failure(1032)), /F cannot be written any more/);
  });
});
