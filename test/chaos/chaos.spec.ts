import assert from "node:assert/strict";
import { firstPostgresTimeoutMs, sharedPostgres } from "../fixtures/postgres.ts";
import { type ChaosOptions, runChaos } from "./chaos.ts";
import { isClean, toText } from "./report.ts";

describe("chaos", () => {
  before(async function () {
    this.timeout(firstPostgresTimeoutMs);
    // Its programs may have to be downloaded; a run starts one of its own.
    await sharedPostgres();
  });

  async function comesThrough(options: ChaosOptions): Promise<void> {
    const report = await runChaos(options);
    assert.ok(isClean(report), toText(report));
    // What did nothing to the system, or asked it nothing, has shown nothing.
    assert.ok(report.disturbances.counts.size >= 4, toText(report));
    assert.ok(report.answers >= 50, toText(report));
  }

  it("loses, mixes up and repeats nothing over Postgres, whatever is killed, frozen or cut", () =>
    comesThrough({ seed: 1, cycles: 10, queue: "postgres", order: "serial" })).timeout(60_000);

  // Of its plan more is left than is asked for, also where parts that suffer longer are left alone.
  it("loses, mixes up and repeats nothing over SQLite, whatever is killed, frozen or cut", () =>
    comesThrough({ seed: 30, cycles: 10, queue: "sqlite", order: "serial" })).timeout(60_000);
});
