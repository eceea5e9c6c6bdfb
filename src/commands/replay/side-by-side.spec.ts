import assert from "node:assert/strict";
import { sideBySide, wrapText } from "./side-by-side.ts";

describe("sideBySide", () => {
  it("puts texts of different lengths next to each other, within the width", () => {
    assert.deepEqual(sideBySide("one\ntwo", "three", 13), ["one   │ three", "two   │"]);
  });
});

describe("wrapText", () => {
  for (const [what, text, width, lines] of [
    ["between words", "one two three", 7, ["one two", "three"]],
    ["words that no line can hold", "abcdefgh ij", 3, ["abc", "def", "gh", "ij"]],
    ["never, if it fits", "exactly", 7, ["exactly"]],
    ["wide characters by what is seen", "日本語", 4, ["日本", "語"]],
    ["no character in two", "👩‍👩‍👧👩‍👩‍👧", 3, ["👩‍👩‍👧", "👩‍👩‍👧"]],
  ] as const) {
    it(`breaks ${what}`, () => assert.deepEqual(wrapText(text, width), lines));
  }

  it("keeps the text's own lines, and empty ones", () => {
    assert.deepEqual(wrapText("a\n\nb", 9), ["a", "", "b"]);
  });
});
