import assert from "node:assert/strict";
import { readPythonLiteral } from "./python-literal.ts";

describe("readPythonLiteral", () => {
  for (const [text, value] of [
    ["{'task_name': 'poetry', 'rating': {'fun': 4}}", { task_name: "poetry", rating: { fun: 4 } }],
    ["[True, False, None, -1, 2.5, 1e-05, .5, 3.]", [true, false, null, -1, 2.5, 1e-5, 0.5, 3]],
    ["()", []],
    ["(1,)", [1]],
    ["{}", {}],
    ["{1: 'a', None: 'b', True: 'c'}", { 1: "a", null: "b", true: "c" }],
    [`["it's", 'say "hi"']`, ["it's", 'say "hi"']],
    [`'it\\'s \\\\ \\n \\t \\x41 \\u00e4 \\U0001F642 \\q'`, "it's \\ \n \t A ä 🙂 \\q"],
    ["[nan, inf, -inf]", [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]],
    ['{"a": NaN, "b": true, "c": null}', { a: Number.NaN, b: true, c: null }],
    ["  {'a':1 , 'b':[ ] , }  ", { a: 1, b: [] }],
  ] as const) {
    it(`reads ${text}`, () => {
      assert.deepEqual(readPythonLiteral(text), value);
    });
  }

  for (const text of [
    "",
    "good!",
    "{'a': 1} more",
    "{'a' 1}",
    "['open",
    "[1, 2",
    "{'a': datetime.datetime(2026, 1, 1)}",
    "{1, 2}",
    "{(1,): 'a'}",
    "'two\nlines'",
    "12abc",
    "[,]",
    "'\\Uffffffff'",
    "[".repeat(10_000),
  ]) {
    it(`refuses ${JSON.stringify(text.slice(0, 40))}`, () => {
      assert.throws(() => readPythonLiteral(text), SyntaxError);
    });
  }

  it("takes __proto__ for a key like others", () => {
    const read = readPythonLiteral("{'__proto__': {'a': 1}}");
    assert.deepEqual(Object.keys(read ?? {}), ["__proto__"]);
    assert.equal(Object.getPrototypeOf(read), Object.prototype);
  });

  it("reads a long log", () => {
    const entry = "{'role': 'user', 'content': 'it\\'s a long story'}";
    const text = `[${Array(20_000).fill(entry).join(", ")}]`;
    const read = readPythonLiteral(text);
    assert.equal(Array.isArray(read) && read.length, 20_000);
    assert.equal(readPythonLiteral(`'${"a\\n".repeat(500_000)}'`), "a\n".repeat(500_000));
  });
});
