import assert from "node:assert/strict";
import pg from "pg";
import { isRefusal } from "./postgres-problems.ts";

describe("What a database says to a statement", () => {
  const says = (code: string) => {
    const error = new pg.DatabaseError("no", 0, "error");
    error.code = code;
    return error;
  };
  const cases: readonly (readonly [string, string, boolean])[] = [
    ["a standby is read-only", "25006", true],
    ["the disk is full", "53100", true],
    ["the statement took too long", "57014", true],
    ["two replicas met", "40001", true],
    ["no right to write", "42501", true],
    ["an administrator ended the connection", "57P01", false],
    ["pgbouncer lost its server", "08P01", false],
    ["pgcat lost its server", "58000", false],
    ["something broke inside", "XX000", false],
  ];

  for (const [what, code, isKnown] of cases) {
    it(`${code}, ${what}: ${isKnown ? "it surely did nothing" : "it may have been done"}`, () => {
      assert.equal(isRefusal(says(code)), isKnown);
    });
  }

  it("a lost connection: it may have been done", () => {
    assert.equal(isRefusal(new Error("Connection terminated unexpectedly")), false);
  });
});
