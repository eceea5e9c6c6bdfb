import assert from "node:assert/strict";
import { readMetrics } from "./read-metrics.ts";

describe("readMetrics", () => {
  it("reads JSON, Python's literals, and either of them as a JSON text", () => {
    assert.deepEqual(readMetrics('{"a":null}'), { a: null });
    assert.deepEqual(readMetrics("{'a': None}"), { a: null });
    assert.deepEqual(readMetrics(JSON.stringify("{'a': None}")), { a: null });
    assert.deepEqual(readMetrics(JSON.stringify(JSON.stringify({ a: 1 }))), { a: 1 });
  });

  it("leaves other text as it is", () => {
    for (const text of ["", "good!", "{'a': object at 0x7f}"])
      assert.equal(readMetrics(text), text);
  });

  it("leaves what is nested too deep as text", () => {
    const text = `${'{"a":'.repeat(200)}1${"}".repeat(200)}`;
    assert.equal(readMetrics(text), text);
  });
});
