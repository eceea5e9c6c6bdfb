import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { SmallHeap } from "../fixtures/small-heap.ts";
import { testResources } from "../fixtures/test-resources.ts";

describe("a server on SQLite with a small heap", () => {
  const resources = testResources();
  let folder: string;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "arena-small-heap-"));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  async function start(mebibytes: number): Promise<SmallHeap> {
    return SmallHeap.start(resources, mebibytes, {
      QUEUE_URL: "sqlite:",
      SHARED_FOLDER_PATH: folder,
    });
  }

  it("answers many large requests at once, with errors where they are too much", async () => {
    const server = await start(384);
    await server.send(16, 31);
    await server.send(80, 5);
    assert.ok((await server.answered()).includes("OK"));
  }).timeout(30_000);

  it("answers requests that are too large for it, and those that are not, one after the other", async () => {
    const server = await start(128);
    for (const mebibytes of [31, 31, 31, 16]) await server.send(1, mebibytes);
    const tooLarge = Array<string>(3).fill("INVALID_ARGUMENT");
    assert.deepEqual((await server.answered()).toSorted(), [...tooLarge, "OK"]);
  }).timeout(30_000);
});
