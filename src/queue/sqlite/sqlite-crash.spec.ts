import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { renameSync, rmSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { createInterface } from "node:readline";
import { DatabaseSync } from "node:sqlite";
import type { Worker } from "node:worker_threads";
import { Collected } from "../../../test/fixtures/collected.ts";
import {
  killWriter,
  type StoreReport,
  sqliteFiles,
  storeProgram,
} from "../../../test/fixtures/sqlite-files.ts";
import { answerOf, claimOne, insert } from "../../../test/fixtures/store-rows.ts";
import { NotDoneError } from "../stored/store-errors.ts";
import type { SqliteStore } from "./sqlite-store.ts";

/** The program, which may not write files beyond about 2 MB. */
class LimitedProcess extends Collected<StoreReport> implements AsyncDisposable {
  readonly #child;

  constructor(file: string) {
    super();
    const command = 'ulimit -f 4096 && exec "$0" "$@"';
    const node = [process.execPath, "--conditions=source", storeProgram, file, "fills"];
    this.#child = spawn("sh", ["-c", command, ...node], { stdio: ["pipe", "pipe", "inherit"] });
    createInterface({ input: this.#child.stdout }).on("line", (line) => this.add(JSON.parse(line)));
    this.#child.on("exit", (code) => this.fail(new Error(`the process ended with ${code}`)));
  }

  tryAgain(): void {
    this.#child.stdin.write("\n");
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const isOver = this.#child.exitCode !== null || this.#child.signalCode !== null;
    const ended = isOver ? null : once(this.#child, "exit");
    this.#child.kill("SIGKILL");
    await ended;
  }
}

describe("a SqliteStore that is hurt", () => {
  const files = sqliteFiles();

  /** The thread of the store that is opened next. */
  async function nextThread(): Promise<Worker> {
    const [worker] = await once(process, "worker");
    return worker;
  }
  async function waiting(store: SqliteStore): Promise<ReadonlySet<string>> {
    const found = new Set<string>();
    for (let round = 0; ; round++) {
      const rows = await store.claim("waiting", `round ${round}`, 500, false);
      if (rows.length === 0) return found;
      for (const { request } of rows) found.add(request.messageID);
    }
  }

  const acceptedIn = (lines: readonly StoreReport[]) =>
    lines.flatMap(({ accepted }) => accepted ?? []);

  it("has every accepted request after its process was killed", async () => {
    const file = files.file();
    const accepted = await killWriter(file, 200);
    assert.ok(accepted.length >= 199);
    const found = await waiting(await files.open({ file }));
    assert.deepEqual(
      accepted.filter((messageID) => !found.has(messageID)),
      [],
    );
  });

  it("did nothing of what it was asked while its thread cannot open the file again", async () => {
    const thread = nextThread();
    const file = files.file();
    const store = await files.open({ file });
    const away = `${dirname(file)}-away`;
    renameSync(dirname(file), away);
    try {
      writeFileSync(dirname(file), "no folder");
      await (await thread).terminate();
      for (const messageID of ["1", "2"]) {
        await assert.rejects(insert(store, messageID), NotDoneError);
      }
    } finally {
      rmSync(dirname(file));
      renameSync(away, dirname(file));
    }
    assert.deepEqual(await insert(store, "3"), ["accepted"]);
  });

  it("stops although its thread fails meanwhile", async () => {
    const thread = nextThread();
    const store = await files.open();
    const worker = await thread;
    const stopped = store.stop();
    // Not so long that the thread has ended, but until its end is waited for.
    for (let turn = 0; turn < 10; turn++) await Promise.resolve();
    worker.emit("error", new Error("the file cannot be opened again"));
    await stopped;
  });

  it("goes on with what it holds when its thread ends", async () => {
    const thread = nextThread();
    const changes: string[] = [];
    const store = await files.open({ onChange: (change) => changes.push(change) });
    await insert(store, "1", "2");
    const claim = await claimOne(store);
    const cut = assert.rejects(store.stats(), /the thread that writes .+ ended; it starts again/);
    await Promise.all([cut, (await thread).terminate()]);
    assert.deepEqual(await store.answer([answerOf(claim)], true), [true]);
    assert.equal((await store.stats()).size, 1);
    assert.deepEqual(changes, ["anything"]);
  });

  it("rejects what finds no room on the disk, goes on when there is room, and loses nothing", async () => {
    const file = files.file();
    {
      await using child = new LimitedProcess(file);
      const { failed } = await child.find((line) => line.failed !== undefined);
      assert.match(failed ?? "", /queue\.sqlite cannot be read or written: the disk may be full/);
      const before = acceptedIn(child.items).length;
      assert.ok(before > 5);
      child.tryAgain();
      await child.reached(child.items.length + 1);
      assert.ok(child.items.at(-1)?.failed, "there is still no room");
      // Whoever is not limited makes room, as an operator would.
      using database = new DatabaseSync(file, { timeout: 5000 });
      database.exec("pragma wal_checkpoint(truncate)");
      child.tryAgain();
      await child.find(({ accepted }) => accepted === String(before + 3));
    }
    const store = await files.open({ file });
    const { size } = await store.stats();
    const found = await waiting(store);
    assert.equal(found.size, size);
    for (let number = 0; number < size - 1; number++) assert.ok(found.has(String(number)));
  });
});
