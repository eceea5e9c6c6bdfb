import assert from "node:assert/strict";
import { readVendorError } from "./vendor-error.ts";

describe("the facts in what a vendor's SDK threw", () => {
  it("have the pause that AWS's SDKs keep among plain headers", () => {
    const pauseOf = (headers: object) =>
      readVendorError(
        Object.assign(new Error("refused"), {
          $metadata: { httpStatusCode: 429 },
          $response: { statusCode: 429, headers },
        }),
      ).retryAfterMs;
    assert.equal(pauseOf({ "retry-after": "7" }), 7000);
    assert.equal(pauseOf({ "retry-after": "7", "retry-after-ms": "250" }), 250);
    assert.equal(pauseOf({ "x-amzn-requestid": "r" }), 0);
    assert.equal(pauseOf({ "retry-after": ["7"] }), 0);
  });

  it("have the status that stands in the code of an error within a stream, as number or text", () => {
    const statusOf = (code: unknown) =>
      readVendorError(Object.assign(new Error("refused"), { code })).status;
    assert.deepEqual([429, "429", "503"].map(statusOf), [429, 429, 503]);
    assert.deepEqual(
      [200, "200", "4290", "E429", "429 x", null].map(statusOf),
      Array(6).fill(undefined),
    );
  });
});
