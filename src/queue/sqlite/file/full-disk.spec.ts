import assert from "node:assert/strict";
import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { SmallDisk } from "../../../../test/fixtures/small-disk.ts";
import { arrival, roomy } from "../../../../test/fixtures/store-rows.ts";
import type { ClaimedRow, TakenRow } from "../../stored/queue-store.ts";
import { openSqliteArchive } from "../open-sqlite-archive.ts";
import type { Args, FileEvent, StoreCall } from "../store-calls.ts";
import { ServedFile } from "./served-file.ts";

const diskBytes = 24 * 2 ** 20;
const requestBytes = 2 ** 19;

describe("a queue's file on a disk that is full", () => {
  let disk: SmallDisk;
  let path: string;
  let served: ServedFile;
  let events: FileEvent[];

  function open(options: { retentionBytes?: number } = {}): void {
    const limits = { maxUndelivered: 1000, retentionMs: 60_000, retentionBytes: 2 ** 40 };
    const rowOptions = { modelID: "m", isSerial: false, ...limits, ...options };
    const data = { file: path, durability: "process" as const, options: rowOptions };
    served = new ServedFile({ ...data, freesRows: true }, (event) => events.push(event), disk.look);
  }

  beforeEach(() => {
    disk = new SmallDisk(diskBytes);
    path = join(disk.folder, "queue.sqlite");
    events = [];
    open();
  });
  afterEach(() => {
    served.close();
    disk[Symbol.dispose]();
  });

  /** What a call returns, or why it fails. */
  function call<Result>(what: StoreCall): Result | "data" | "room" | "file" {
    const [reply] = served.do([what]);
    assert.ok(reply && (reply.kind === "done" || reply.kind === "failed"));
    if (reply.kind === "failed") return reply.reason;
    // What comes out of a thread is what its caller says it is.
    const [result] = reply.results;
    return result as Result;
  }
  function done<Result>(what: StoreCall): Result {
    const result = call<Result>(what);
    assert.ok(typeof result !== "string", `${what.name} fails by ${String(result)}`);
    return result;
  }

  function insert(messageID: string): boolean {
    const input = { messages: [{ role: "user" as const, content: "x".repeat(requestBytes) }] };
    const next = arrival(messageID, { input, bytes: requestBytes });
    const outcome = call<readonly string[]>({ name: "insert", args: [[next], roomy] });
    if (outcome === "room") return false;
    assert.deepEqual(outcome, ["accepted"]);
    return true;
  }

  /** Inserts until there is no room, and returns how often there was. */
  function fill(): number {
    for (let count = 0; ; count++) if (!insert(`${count} at ${events.length}`)) return count;
  }

  function answerAll(): number {
    for (let count = 0; ; count++) {
      const args: Args<"claim"> = ["due", `c${count}`, 1, false];
      const [row] = done<readonly ClaimedRow[]>({ name: "claim", args });
      if (!row) return count;
      const answer = { text: "yes".repeat(1000), outcome: "OK" as const };
      const given = { row: row.row, token: row.token, answer, answeredAt: 1 };
      assert.deepEqual(done({ name: "answer", args: [[given], false] }), [true]);
    }
  }

  function deliverAll(deliveredAt: number): void {
    for (let count = 0; ; count++) {
      const args: Args<"take"> = [`t${count}`, 9, false];
      const taken = done<readonly TakenRow[]>({ name: "take", args });
      if (taken.length === 0) return;
      done({ name: "done", args: [taken, deliveredAt] });
    }
  }

  const names = () => events.map(({ name }) => name);

  it("refuses what is new, answers and delivers what it has, and takes more when that is deleted", () => {
    const accepted = fill();
    assert.ok(accepted >= 10);
    assert.deepEqual(names(), ["full"]);
    const metrics = { arrival: "1", sessionID: "s", metrics: "x".repeat(1000), receivedAt: 1 };
    assert.equal(call({ name: "keepMetrics", args: [[metrics]] }), "room");
    assert.equal(answerAll(), accepted);
    deliverAll(Date.now());
    call({ name: "sweep", args: [] });
    assert.equal(insert("too early"), false);
    assert.deepEqual(names(), ["full"]);
    deliverAll(1);
    served.close();
    open();
    assert.equal(insert("too early as well"), false);
  });

  it("has room again when what was delivered is deleted, without a start or a larger disk", () => {
    for (let round = 0; round < 3; round++) {
      const accepted = fill();
      assert.ok(accepted >= 10, `${accepted} in round ${round}`);
      assert.equal(answerAll(), accepted);
      deliverAll(1);
      while (done({ name: "sweep", args: [] })) assert.ok(round < 3);
    }
    assert.deepEqual(names(), ["full", "room", "full", "room", "full"]);
  });

  it("answers and deletes also where others took the last byte, and goes on when they give it back", async () => {
    const accepted = fill();
    const filler = join(disk.folder, "filler");
    fillDisk(filler);
    assert.equal(answerAll(), accepted);
    deliverAll(1);
    const archive = openSqliteArchive(path);
    assert.deepEqual(await archive.delete("s"), { requests: accepted, metrics: 0 });
    await archive.close();
    rmSync(filler);
    assert.equal(insert("again"), true);
    assert.deepEqual(names(), ["full", "room"]);
  });

  it("starts on a full disk, and keeps what it has", () => {
    const accepted = fill();
    served.close();
    fillDisk(join(disk.folder, "filler"));
    open();
    assert.equal(answerAll(), accepted);
  });

  /** Writes until nothing more can be written. */
  function fillDisk(name: string): void {
    for (const bytes of [2 ** 20, 4096, 1]) {
      try {
        for (;;) {
          const { bavail, bsize } = disk.look(disk.folder);
          if (bavail * bsize < bytes) break;
          writeFileSync(name, Buffer.alloc(bytes), { flag: "a" });
        }
      } catch {
        // That was the last of it.
      }
    }
  }

  it("holds no more than RETENTION_BYTES: the oldest that was delivered goes, and nothing else", async () => {
    served.close();
    open({ retentionBytes: 8 * requestBytes });
    assert.ok(insert("waits"));
    const args: Args<"claim"> = ["due", "held", 1, false];
    assert.equal(done<readonly ClaimedRow[]>({ name: "claim", args }).length, 1);
    for (let count = 0; count < 12; count++) {
      assert.ok(insert(String(count)));
      assert.equal(answerAll(), 1);
      deliverAll(Date.now() + count);
    }
    const archive = openSqliteArchive(path);
    const kept = await Array.fromAsync(archive.requests("s"), ({ messageID }) => messageID);
    await archive.close();
    assert.deepEqual(kept, ["waits", "6", "7", "8", "9", "10", "11"]);
    assert.deepEqual(names(), ["overfull"]);
  });
});
