import assert from "node:assert/strict";
import { formatAddress, parseAddress } from "./address.ts";

describe("parseAddress", () => {
  for (const [text, expected] of [
    ["localhost:8061", "localhost:8061"],
    ["localhost", "localhost:8061"],
    ["10.0.0.7:1", "10.0.0.7:1"],
    ["[::1]:65535", "[::1]:65535"],
    ["model-1.arena.svc:8061", "model-1.arena.svc:8061"],
  ] as const) {
    it(`ARENA-3 reads ${text} as ${expected}`, () => {
      assert.equal(formatAddress(parseAddress(text)), expected);
    });
  }

  for (const text of ["", "http://localhost:8061", "localhost:", "localhost:0", "a:99999", "a b"]) {
    it(`refuses ${JSON.stringify(text)} and shows a form that works`, () => {
      assert.throws(() => parseAddress(text), /such as localhost:8061/);
    });
  }
});
