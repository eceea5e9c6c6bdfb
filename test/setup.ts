// Output of a test is a mistake of the code or of the test: it fails the run.
import assert from "node:assert/strict";
import type { Context } from "mocha";

const levels = ["log", "info", "warn", "error", "debug"] as const;
const original = levels.map((level) => [level, console[level]] as const);
const printed: { readonly test: string; readonly values: unknown[] }[] = [];

export const mochaHooks = {
  beforeEach(this: Context) {
    const test = this.currentTest?.fullTitle() ?? "";
    for (const level of levels) {
      console[level] = (...values: unknown[]) => printed.push({ test, values });
    }
  },
  afterEach() {
    for (const [level, write] of original) console[level] = write;
  },
  // Not after each test: mocha gives up the whole run when a hook of all tests fails.
  afterAll() {
    assert.deepEqual(printed, [], "tests printed to the console");
  },
};
