import assert from "node:assert/strict";
import { participantsWord } from "./fuzz-calls.ts";
import { judgeLog } from "./log-verdict.ts";

describe("the fuzzer's judge of the log", () => {
  const counted = (line: { msg: string } & Readonly<Record<string, unknown>>) => {
    const { bugs, leaks } = judgeLog([{ level: "info", ...line }]);
    return [bugs.length, leaks.length];
  };

  it("takes errors of the server's own for bugs, and clients' errors for none", () => {
    assert.deepEqual(counted({ level: "error", msg: "unhandled rejection" }), [1, 0]);
    const msg =
      "The request cannot be read: it is no modelRequest of protobuf No answer can be addressed.";
    assert.deepEqual(counted({ level: "error", msg }), [0, 0]);
  });

  it("finds words in every field that clients do not name", () => {
    const words = `${participantsWord}${participantsWord}`;
    assert.deepEqual(counted({ msg: `it is not JSON: ${words}` }), [0, 1]);
    assert.deepEqual(counted({ msg: "x", err: { message: words } }), [0, 1]);
    assert.deepEqual(counted({ msg: "request", messageID: words }), [0, 0]);
  });
});
