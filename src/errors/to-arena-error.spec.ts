import assert from "node:assert/strict";
import { ArenaError } from "./arena-error.ts";
import { InternalError } from "./model-errors.ts";
import { toArenaError } from "./to-arena-error.ts";

describe("toArenaError", () => {
  /** As a model in JavaScript may create it. */
  function withCode(code: unknown): ArenaError {
    const error = new ArenaError("UNKNOWN", "the vendor said no");
    Object.defineProperty(error, "code", { value: code });
    return error;
  }

  it("passes on an error whose code is known", () => {
    const error = new ArenaError("NOT_FOUND", "there is no such poem");
    assert.equal(toArenaError(error), error);
  });

  it("makes an internal error of one whose code nobody knows, and keeps it as the cause", () => {
    for (const code of [undefined, null, 429, {}, "", "rate_limit", "toString", ["INTERNAL"]]) {
      const thrown = withCode(code);
      const error = toArenaError(thrown);
      assert.ok(error instanceof InternalError, String(code));
      assert.deepEqual([error.code, error.cause], ["INTERNAL", thrown]);
    }
  });

  it("makes an internal error of whatever else is thrown", () => {
    const revoked = Proxy.revocable({}, {});
    revoked.revoke();
    for (const thrown of [new Error("no"), "no", undefined, revoked.proxy]) {
      assert.ok(toArenaError(thrown) instanceof InternalError);
    }
  });
});
