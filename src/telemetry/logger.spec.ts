import assert from "node:assert/strict";
import { createLogger } from "./logger.ts";

describe("the logger", () => {
  function lineOf(err: unknown) {
    const lines: string[] = [];
    createLogger("info", { write: (line) => lines.push(line) }).error({ err }, "failed");
    assert.equal(lines.length, 1);
    return JSON.parse(lines[0] ?? "");
  }

  it("shows the stack of an error that refers to itself, as those of SDKs do", () => {
    const error = new Error("refused");
    const { err } = lineOf(Object.assign(error, { request: { error } }));
    assert.equal(err.message, "refused");
    assert.match(err.stack, /logger\.spec/);
  });

  it("says of what cannot be read that it cannot", () => {
    const { proxy, revoke } = Proxy.revocable({}, {});
    revoke();
    assert.match(lineOf(proxy).err, /cannot be read/);
  });
});
