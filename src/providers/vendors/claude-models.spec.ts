import assert from "node:assert/strict";
import { claudeModelOf } from "./claude-models.ts";

describe("what a Claude model's name tells", () => {
  const cases: [string, number | null, number, string, boolean][] = [
    ["claude-instant-1.2", 100_000, 4096, "both", false],
    ["anthropic.claude-v2:1", 100_000, 4096, "both", false],
    ["claude-3-opus-20240229", 200_000, 4096, "both", false],
    ["anthropic.claude-3-5-sonnet-20241022-v2:0", 200_000, 8192, "both", false],
    ["claude-3-7-sonnet-latest", 200_000, 64_000, "both", false],
    ["claude-sonnet-4-20250514", 200_000, 64_000, "either", false],
    ["claude-opus-4-20250514", 200_000, 32_000, "either", false],
    ["us.anthropic.claude-opus-4-1-20250805-v1:0", 200_000, 32_000, "either", true],
    ["eu.anthropic.claude-haiku-4-5-20251001-v1:0", 200_000, 64_000, "either", true],
    ["claude-opus-4-5", 200_000, 64_000, "either", true],
    ["claude-sonnet-4-6", 1_000_000, 128_000, "either", true],
    ["claude-opus-4-7", 1_000_000, 128_000, "none", true],
    ["claude-sonnet-5", 1_000_000, 128_000, "none", true],
    ["claude_3_5_sonnet", 200_000, 8192, "both", false],
    ["Claude_Opus_4.1", 200_000, 32_000, "either", true],
    ["claude-of-tomorrow", null, 64_000, "either", true],
  ];
  for (const [name, contextTokens, maxOutputTokens, sampling, schemas] of cases) {
    it(`knows the limits of ${name}`, () => {
      const model = claudeModelOf(name);
      assert.deepEqual(
        [model.contextTokens, model.maxOutputTokens, model.sampling, model.schemas],
        [contextTokens, maxOutputTokens, sampling, schemas],
      );
    });
  }

  it("knows that Claude sees and calls tools since its third generation", () => {
    assert.equal(claudeModelOf("anthropic.claude-v2").modern, false);
    assert.equal(claudeModelOf("claude-3-haiku-20240307").modern, true);
  });
});
