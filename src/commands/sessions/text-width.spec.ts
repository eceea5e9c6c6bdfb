import assert from "node:assert/strict";
import { padText, textWidth } from "./text-width.ts";

describe("textWidth", () => {
  for (const [text, width] of [
    ["", 0],
    ["plain", 5],
    ["sävy", 4],
    ["e\u0301", 1],
    ["日本", 4],
    ["한글", 4],
    ["🙂", 2],
    ["👩‍👩‍👧", 2],
    ["…│–", 3],
  ] as const) {
    it(`is ${width} for ${JSON.stringify(text)}`, () => assert.equal(textWidth(text), width));
  }

  it("pads by what is seen", () => {
    assert.equal(padText("日本", 6), "日本  ");
    assert.equal(padText("too long", 3), "too long");
  });
});
