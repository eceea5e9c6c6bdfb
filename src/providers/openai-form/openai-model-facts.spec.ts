import assert from "node:assert/strict";
import { openAICapabilities, responsesOnly } from "./openai-model-facts.ts";

describe("what is known of OpenAI-like models", () => {
  it("knows how much the well-known ones can read", () => {
    for (const [model, tokens] of [
      ["gpt-4o-2024-11-20", 128_000],
      ["gpt-4.1-mini", 1_047_576],
      ["gpt-4", 8_192],
      ["gpt-4-turbo", 128_000],
      ["gpt-35-turbo", 16_385],
      ["o3-mini-2025-01-31", 200_000],
      ["gpt-5-mini", 400_000],
      ["meta-llama/Llama-3.3-70B-Instruct-Turbo", 131_072],
      ["llama3-70b-8192", 8_192],
      ["open-mixtral-8x7b", 32_768],
    ] as const) {
      assert.equal(openAICapabilities(model).contextTokens, tokens, model);
    }
  });

  it("takes what it does not know for able, and its length for unknown", () => {
    const { parameters, contextTokens, imageOutput, ...able } = openAICapabilities("gpt-9-ultra");
    assert.deepEqual(able, {
      images: true,
      tools: true,
      json: true,
      jsonSchema: true,
      embeddings: true,
    });
    assert.deepEqual([contextTokens, imageOutput, parameters.size], [null, false, 5]);
  });

  it("knows that reasoning models cannot be steered, and that vector models cannot talk", () => {
    for (const model of ["o1", "o4-mini", "gpt-5", "gpt-5-nano-2025-08-07"]) {
      assert.ok(!openAICapabilities(model).parameters.has("temperature"), model);
    }
    assert.ok(openAICapabilities("gpt-5-chat-latest").parameters.has("temperature"));
    const { tools, images, embeddings } = openAICapabilities("text-embedding-3-small");
    assert.deepEqual([tools, images, embeddings], [false, false, true]);
    assert.equal(openAICapabilities("gpt-4o").embeddings, false);
  });

  it("knows them in any spelling", () => {
    for (const model of [
      "gpt-4o-mini",
      "gpt-4.1-mini",
      "gpt-4.5-preview",
      "gpt-3.5-turbo",
      "gpt-4-1106-preview",
      "gpt-5-2025-08-07",
      "gpt-5.2",
      "gpt-5.2-pro",
      "o1-mini",
      "o3-deep-research",
      "llama-3.2-11b-vision-preview",
      "llama-3.3-70b-versatile",
    ]) {
      const other = model.toUpperCase().replaceAll(/[-.]/g, "_");
      assert.deepEqual(openAICapabilities(other), openAICapabilities(model), other);
      assert.equal(responsesOnly.test(other), responsesOnly.test(model), other);
    }
    assert.equal(openAICapabilities("o1_mini").images, false);
    assert.equal(openAICapabilities("gpt_4_1").contextTokens, 1_047_576);
    assert.equal(responsesOnly.test("gpt_5_pro"), true);
  });
});
