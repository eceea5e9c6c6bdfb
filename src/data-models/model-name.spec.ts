import assert from "node:assert/strict";
import { isSameModel, normalizeModelName } from "./model-name.ts";

describe("a model's name", () => {
  for (const [one, other] of [
    ["claude-3-5-sonnet", "claude_3_5_sonnet"],
    ["claude-3.5-sonnet", "Claude 3.5 Sonnet"],
    ["meta-llama/Llama-3.3-70B", "meta_llama-llama_3.3_70b"],
    [" gpt-4o ", "GPT_4o"],
  ] as const) {
    it(`is the same for ${one} and ${other}`, () => assert.ok(isSameModel(one, other)));
  }

  for (const [one, other] of [
    ["gpt-4o", "gpt-4"],
    ["gpt-4o", "gpt-4o-mini"],
    ["llama3:8b", "llama3:70b"],
    ["gpt-41", "gpt-4.1"],
  ] as const) {
    it(`is another for ${one} and ${other}`, () => assert.ok(!isSameModel(one, other)));
  }

  it("keeps what a glob is made of", () => {
    assert.equal(normalizeModelName("Claude_3*Sonnet?"), "claude-3*sonnet?");
  });
});
