import assert from "node:assert/strict";
import { MalformedAnswerError, toAnswer } from "./answer.ts";

const ids = { sessionID: "s", messageID: "m" };

describe("toAnswer", () => {
  it("ARENA-18 reads text, image and error, and keeps the answer as it came", () => {
    const error = { code: "NOT_FOUND", message: "gone", retryable: true };
    const raw = { ...ids, answer: JSON.stringify({ text: "sorry", image: "AAAA", error }) };
    assert.deepEqual(toAnswer(raw), { ...ids, text: "sorry", image: "AAAA", error, raw });
  });

  it("ARENA-18 reads an answer without image and without error", () => {
    const raw = { ...ids, answer: '{"text":"hello","more":1}' };
    assert.deepEqual(toAnswer(raw), { ...ids, text: "hello", image: null, raw });
  });

  for (const answer of ["", "hello", "[]", "null", '{"text":1}', '{"text":"","error":{}}']) {
    it(`ARENA-18 refuses ${JSON.stringify(answer)}, and says what came`, () => {
      const raw = { ...ids, answer };
      assert.throws(
        () => toAnswer(raw),
        (error) => error instanceof MalformedAnswerError && error.raw === raw,
      );
    });
  }
});
