import assert from "node:assert/strict";
import type { ToolCallPart } from "./langchain-chunk.ts";
import { ToolCallAssembly } from "./tool-call-assembly.ts";

const assembled = (...parts: ToolCallPart[]) => {
  const assembly = new ToolCallAssembly();
  for (const part of parts) assembly.add(part);
  return assembly;
};
const call = (id: string, name: string, json: string) => ({ id, name, arguments: json });

describe("ToolCallAssembly", () => {
  it("puts parts together that come mixed, by their numbers", () => {
    const { calls, isBroken } = assembled(
      { index: 0, id: "a", name: "f", args: "" },
      { index: 1, id: "b", name: "g", args: '{"y"' },
      { index: 0, args: '{"x":1}' },
      { index: 1, args: ":2}" },
    );
    assert.deepEqual(calls, [call("a", "f", '{"x":1}'), call("b", "g", '{"y":2}')]);
    assert.equal(isBroken, false);
  });

  it("begins a new call with a new id, whatever the number says", () => {
    const { calls } = assembled(
      { index: 0, id: "a", name: "f", args: "{}" },
      { index: 0, id: "b", name: "f", args: '{"x":1}' },
    );
    assert.deepEqual(calls, [call("a", "f", "{}"), call("b", "f", '{"x":1}')]);
  });

  it("begins a new call with a new name, where there is neither number nor id", () => {
    const { calls } = assembled({ name: "f", args: "{" }, { args: "}" }, { name: "f", args: "{}" });
    assert.deepEqual(calls, [call("call_0", "f", "{}"), call("call_1", "f", "{}")]);
  });

  it("keeps a call together whose id is repeated with each part", () => {
    const { calls } = assembled(
      { index: 0, id: "a", name: "f", args: '{"x"' },
      { index: 0, id: "a", name: null, args: ":1}" },
    );
    assert.deepEqual(calls, [call("a", "f", '{"x":1}')]);
  });

  it("takes no arguments for an empty object", () => {
    assert.deepEqual(assembled({ index: 0, id: "a", name: "f" }).calls, [call("a", "f", "{}")]);
  });

  it("knows when a call is cut off, or has no name", () => {
    assert.ok(assembled({ index: 0, id: "a", name: "f", args: '{"x' }).isBroken);
    assert.ok(assembled({ index: 0, id: "a", args: "{}" }).isBroken);
    assert.equal(assembled().isBroken, false);
  });
});
