import assert from "node:assert/strict";
import fc from "fast-check";
import { shownText } from "./shown-text.ts";

describe("shownText", () => {
  it("shows names of models, profiles and regions in quotes", () => {
    for (const name of [
      "openai/gpt-4o-mini-2024-07-18",
      "bedrock/eu.anthropic.claude-3-5-sonnet-20241022-v2:0",
      "meta-llama/Llama-4-Maverick-17B-128E-Instruct-FP8",
      "Qwen3-Coder-480B-A35B-Instruct-FP8",
      "mistralai/Mixtral-8x22B-Instruct-v0.1",
      "openai/ft:gpt-4o-mini-2024-07-18:my-org:custom:AbCd1234",
      "ollama/llama3:8b",
      "Ocp-Apim-Subscription-Key",
      "allowedEmbeddingModelNames",
      "eu-central-1",
    ]) {
      assert.equal(shownText(name), JSON.stringify(name));
    }
  });

  it("shows no key, whatever it is glued to", () => {
    const alphabet = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_";
    const digits = fc.constantFrom(..."0123456789");
    const random = fc
      .tuple(fc.string({ unit: fc.constantFrom(...alphabet), minLength: 20 }), digits)
      .map(([text, digit]) => `${text}${digit}`);
    const key = fc.oneof(
      fc.uuid(),
      fc
        .constantFrom("sk-", "hf_", "gsk_", "xai-", "AIza_")
        .chain((start) => random.map((text) => start + text)),
    );
    const glue = fc.constantFrom("", "x:", "accessKey=", "openai/x:", "api-key: ", "Bearer ", "{");
    fc.assert(
      fc.property(glue, key, (before, text) => {
        assert.equal(shownText(before + text), "(a text that looks like a key)");
      }),
    );
  });

  it("cuts what is long, but no character in two", () => {
    assert.equal(shownText(`${"ab ".repeat(19)}ab😀cd`), JSON.stringify(`${"ab ".repeat(19)}ab�…`));
  });
});
