import assert from "node:assert/strict";
import type { ChatRequest } from "../data-models/chat.ts";
import { minTokens, unmetDemands } from "./check-capabilities.ts";
import type { Capabilities } from "./provider.ts";

const messages = [{ role: "user", content: "Hello" }] as const;
const unable: Capabilities = {
  images: false,
  tools: false,
  json: false,
  jsonSchema: false,
  parameters: new Set(),
  contextTokens: 10,
  embeddings: false,
  imageOutput: false,
};
const everything: ChatRequest = {
  messages: [{ role: "user", content: [{ type: "image", url: "data:image/png;base64,AA" }] }],
  maxTokens: 1,
  temperature: 0,
  topP: 0,
  stop: ["x"],
  seed: 0,
  tools: [{ name: "f", parameters: {} }],
  responseFormat: { type: "json-schema", name: "x", schema: {} },
  imageOutput: true,
};

describe("what a model cannot honour", () => {
  it("is named, all of it", () => {
    assert.deepEqual(unmetDemands(everything, unable), [
      "images",
      "tools",
      "answers by a JSON schema",
      "drawing",
      "maxTokens",
      "temperature",
      "topP",
      "stop",
      "seed",
    ]);
  });

  it("is nothing where nothing is asked, or all can be done", () => {
    assert.deepEqual(unmetDemands({ messages }, unable), []);
    const able: Capabilities = {
      images: true,
      tools: true,
      json: true,
      jsonSchema: true,
      parameters: new Set(["maxTokens", "temperature", "topP", "stop", "seed"]),
      contextTokens: null,
      embeddings: true,
      imageOutput: true,
    };
    assert.deepEqual(unmetDemands(everything, able), []);
  });

  it("counts no more tokens than a vendor would, and the answer's with them", () => {
    assert.equal(minTokens({ messages: [{ role: "user", content: "x".repeat(600) }] }), 100);
    assert.equal(minTokens({ messages, maxTokens: 50 }), 50);
  });
});
