import assert from "node:assert/strict";
import fc from "fast-check";
import { modelAnswer } from "../../generated/model.ts";
import { encodeModelAnswer } from "./model-service.ts";

describe("encodeModelAnswer", () => {
  const texts = fc.oneof(
    fc.string(),
    fc.string({ unit: "binary" }),
    // Lengths around the steps of a varint, with characters of one to four bytes.
    fc
      .tuple(
        fc.constantFrom("a", "é", "中", "🙂"),
        fc.constantFrom(31, 32, 42, 63, 64, 127, 128, 4096, 5461, 8192, 16_383, 16_384),
      )
      .map(([character, count]) => character.repeat(count)),
  );

  it("writes byte for byte what ts-proto writes", () => {
    fc.assert(
      fc.property(texts, texts, texts, (answer, sessionID, messageID) => {
        const message = { answer, sessionID, messageID };
        assert.ok(encodeModelAnswer(message).equals(modelAnswer.encode(message).finish()));
      }),
      { numRuns: 500 },
    );
  });

  it("writes lone surrogates and megabytes as ts-proto does", () => {
    for (const answer of [
      "\ud800",
      "a\udc00b",
      "\udfff\ud800",
      "ü".repeat(2 ** 20),
      "x".repeat(2 ** 21),
    ]) {
      const message = { answer, sessionID: "", messageID: "m" };
      assert.ok(encodeModelAnswer(message).equals(modelAnswer.encode(message).finish()));
    }
  });
});
