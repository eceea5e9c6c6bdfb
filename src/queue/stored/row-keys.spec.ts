import assert from "node:assert/strict";
import { arrival } from "../../../test/fixtures/store-rows.ts";
import { otherKeyOf, requestKeyOf, sessionKeyOf } from "./row-keys.ts";

describe("requestKeyOf", () => {
  function keyOf(modelID: string, sessionID: string, messageID: string): string {
    const { request } = arrival(messageID, { modelID, sessionID });
    return requestKeyOf(request, "an arrival");
  }

  it("is the same for the same request, whatever it carries", () => {
    const one = arrival("1", { sessionID: "s", bytes: 1 });
    const other = arrival("1", { sessionID: "s", bytes: 2, deadline: 7 });
    assert.equal(requestKeyOf(one.request, "a"), requestKeyOf(other.request, "b"));
  });

  it("tells everything apart, also the same letters cut elsewhere", () => {
    const long = "x".repeat(65);
    const all = [
      keyOf("m", "s", "1"),
      keyOf("m", "s", "2"),
      keyOf("m", "t", "1"),
      keyOf("n", "s", "1"),
      keyOf("ms", "", "1"),
      keyOf("", "ms", "1"),
      keyOf("1m", "s", "1"),
      keyOf("m", "s1", ""),
      keyOf("m", "s", long),
      keyOf("m", "s", `${long}x`),
      keyOf("m", "s", "é"),
      keyOf("m", "s", "e\u0301"),
      keyOf("m", "s", "\u0000"),
      keyOf("m", "s", " "),
      keyOf("m", "s", "=1"),
      // What the key of a long one looks like behind its session.
      keyOf("m", "s", `#${sessionKeyOf(long)}`),
      keyOf("m", "s", sessionKeyOf(long)),
    ];
    assert.equal(new Set(all).size, all.length);
  });

  it("never changes, because rows and other builds have it", () => {
    const { request } = arrival("1");
    assert.equal(requestKeyOf(request, "an arrival"), "6UxUjiy_Udu8IeD2bEslZg=1");
    assert.equal(otherKeyOf(request), "A_XMRG9887_Lfk1ZzS-wRjULIyiwDdD2f0Q0yY6a2xw");
    assert.equal(keyOf("m", "s", "é"), "6UxUjiy_Udu8IeD2bEslZg#SplVfkAzw1Od4utlRyAXyg");
    assert.equal(sessionKeyOf("s"), "BDpxh3TFcr2KJa2-sb_NXA");
  });

  it("knows a request without a messageID by its arrival only", () => {
    assert.equal(keyOf("m", "s", ""), "an arrival");
    assert.equal(otherKeyOf(arrival("").request), null);
  });

  it("is short and plain, whatever the ids are", () => {
    for (const id of ["1", "x".repeat(10_000_000), "\u0000\ud800", "美".repeat(64), "\n"]) {
      assert.match(keyOf("m".repeat(1000), id, id), /^[\x20-\x7e]{24,87}$/);
      assert.match(sessionKeyOf(id), /^[\w-]{22}$/);
    }
  });

  it("lays a session's requests side by side", () => {
    const [one, other] = [keyOf("m", "s", "1"), keyOf("m", "s", "a much later one")];
    assert.equal(one.slice(0, 22), other.slice(0, 22));
    assert.notEqual(one.slice(0, 22), keyOf("m", "t", "1").slice(0, 22));
  });
});
