import assert from "node:assert/strict";
import { firstPostgresTimeoutMs, sharedPostgres } from "../../../test/fixtures/postgres.ts";
import { SmallHeap } from "../../../test/fixtures/small-heap.ts";
import { testResources } from "../../../test/fixtures/test-resources.ts";

describe("a server on Postgres with a small heap", () => {
  const resources = testResources();

  before(async function () {
    this.timeout(firstPostgresTimeoutMs);
    await sharedPostgres();
  }).timeout(30_000);

  it("answers many large requests at once, with errors where they are too much", async () => {
    const postgres = await sharedPostgres();
    const environment = { QUEUE_URL: await postgres.createDatabase() };
    const server = await SmallHeap.start(resources, 384, environment);
    await server.send(16, 31);
    assert.ok((await server.answered()).includes("OK"));
  }).timeout(30_000);
});
