import assert from "node:assert/strict";
import { once } from "node:events";
import { Worker } from "node:worker_threads";

const program = new URL("../../test/fixtures/programs/busy-thread.ts", import.meta.url);
const mebi = 2 ** 20;

describe("collectWhenCalm()", () => {
  let thread: Worker;

  /** Starts a thread with 40 MiB of garbage. */
  function start(isBusy: boolean): void {
    thread = new Worker(program, { workerData: { isBusy } });
  }
  const heap = async () => (await thread.getHeapStatistics()).used_heap_size;

  afterEach(() => thread.terminate());

  it("collects what was left behind in a thread that is calm", async () => {
    start(false);
    await once(thread, "message");
    while ((await heap()) > 25 * mebi) await once(thread, "message");
  });

  it("leaves a thread alone that is busy", async () => {
    start(true);
    // Many times the interval after which a calm one is collected.
    for (let turn = 0; turn < 25; turn++) await once(thread, "message");
    const { used_heap_size } = await thread.getHeapStatistics();
    assert.ok(used_heap_size > 25 * mebi, `${used_heap_size} bytes`);
  });
});
