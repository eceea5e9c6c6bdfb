import assert from "node:assert/strict";
import fc from "fast-check";
import { exceedsOutline } from "./json-outline.ts";

const generous = { tokens: 1000, blanks: 1000, escapes: 1000, depth: 100 };

describe("exceedsOutline", () => {
  it("counts brackets within brackets, but not those in strings", () => {
    const limits = { ...generous, depth: 2 };
    assert.equal(exceedsOutline('[{"a":"[[[["}]', limits), null);
    assert.equal(exceedsOutline("[[[]]]", limits), "depth");
    assert.equal(exceedsOutline("[[],[],{}]", limits), null);
    assert.equal(exceedsOutline("[{},{},[{}]]", limits), "depth");
  });

  it("finds the end of strings behind any number of backslashes", () => {
    const limits = { ...generous, depth: 1 };
    for (const text of ["\\", '"', '\\"[[', 'a\\\\"[[\\', "[[\\\\"]) {
      assert.equal(exceedsOutline(JSON.stringify([text]), limits), null, text);
    }
  });

  it("counts what is outside of strings", () => {
    const limits = { ...generous, tokens: 10, blanks: 5000 };
    assert.equal(exceedsOutline(`["${"x".repeat(1000)}"]${" ".repeat(1000)}`, limits), null);
    assert.equal(exceedsOutline("1234567890", limits), null);
    assert.equal(exceedsOutline("12345678901", limits), "tokens");
    assert.equal(exceedsOutline(`[${'"",'.repeat(5)}""]`, limits), "tokens");
  });

  it("counts blanks outside of strings, and backslashes within them", () => {
    assert.equal(exceedsOutline(`[${" ".repeat(11)}]`, { ...generous, blanks: 10 }), "blanks");
    assert.equal(exceedsOutline(`["${" ".repeat(11)}"]`, { ...generous, blanks: 10 }), null);
    assert.equal(
      exceedsOutline(`["${"\\n".repeat(11)}"]`, { ...generous, escapes: 10 }),
      "escapes",
    );
    assert.equal(exceedsOutline(`["${"\\n".repeat(10)}"]`, { ...generous, escapes: 10 }), null);
    for (const [count, excess] of [
      [5, null],
      [6, "escapes"],
    ] as const) {
      const text = JSON.stringify(["\\".repeat(count)]);
      assert.equal(exceedsOutline(text, { ...generous, escapes: 10 }), excess);
    }
  });

  it("lets every JSON pass that is within the limits", () => {
    fc.assert(
      fc.property(fc.json({ maxDepth: 5, depthSize: "small" }), (text) => {
        fc.pre(text.length < 1000);
        assert.equal(exceedsOutline(text, generous), null);
      }),
    );
  });

  it("survives any text", () => {
    const unit = fc.constantFrom('"', "\\", "[", "]", "{", "}", ",", " ", "a", "\0", "\ud800");
    fc.assert(
      fc.property(fc.string({ unit, maxLength: 300 }), (text) => {
        assert.ok([null, "tokens", "depth"].includes(exceedsOutline(text, generous)));
      }),
    );
  });
});
