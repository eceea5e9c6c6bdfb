// Output of a test is a mistake of the code or of the test: it fails the test.
import assert from "node:assert/strict";

const levels = ["log", "info", "warn", "error", "debug"] as const;
const original = levels.map((level) => [level, console[level]] as const);
let printed: unknown[][] = [];

export const mochaHooks = {
  beforeEach() {
    printed = [];
    for (const level of levels) console[level] = (...values: unknown[]) => printed.push(values);
  },
  afterEach() {
    for (const [level, write] of original) console[level] = write;
    assert.deepEqual(printed, [], "a test printed to the console");
  },
};
