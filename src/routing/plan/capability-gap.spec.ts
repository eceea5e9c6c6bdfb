import assert from "node:assert/strict";
import { ableToAll } from "../../../test/fixtures/scripted-provider.ts";
import type { ChatRequest } from "../../data-models/chat.ts";
import type { Capabilities } from "../../providers/provider.ts";
import { capabilityGap } from "./capability-gap.ts";

const plain: ChatRequest = { messages: [{ role: "user", content: "Hello" }] };
const tool = { name: "look", parameters: { type: "object" } };

describe("capabilityGap", () => {
  it("is null for a model that is able to all, and for a plain request to one that is able to nothing", () => {
    const image = { type: "image", url: "data:image/png;base64,AA==" } as const;
    const demanding: ChatRequest = {
      messages: [{ role: "user", content: [image] }],
      tools: [tool],
      temperature: 0,
      imageOutput: true,
      responseFormat: { type: "json-schema", name: "s", schema: {} },
    };
    assert.equal(capabilityGap(demanding, ableToAll), null);
    const unable = {
      images: false,
      tools: false,
      json: false,
      jsonSchema: false,
      parameters: new Set<never>(),
      contextTokens: null,
      embeddings: false,
      imageOutput: false,
    };
    assert.equal(capabilityGap(plain, unable), null);
  });

  for (const [what, request, missing, gap] of [
    [
      "images",
      { messages: [{ role: "user", content: [{ type: "image", url: "https://x/y.png" }] }] },
      { images: false },
      /cannot take images$/,
    ],
    ["tools", { ...plain, tools: [tool] }, { tools: false }, /cannot take tools$/],
    ["drawings", { ...plain, imageOutput: true }, { imageOutput: false }, /cannot take drawing$/],
    [
      "JSON",
      { ...plain, responseFormat: { type: "json" } },
      { json: false },
      /cannot take JSON answers$/,
    ],
    [
      "a schema",
      { ...plain, responseFormat: { type: "json-schema", name: "s", schema: {} } },
      { jsonSchema: false },
      /cannot take answers by a JSON schema$/,
    ],
    [
      "settings",
      { ...plain, temperature: 1, seed: 4, topP: 1 },
      { parameters: new Set(["topP"] as const) },
      /cannot take temperature, seed$/,
    ],
    [
      "length",
      { messages: [{ role: "user", content: "x".repeat(6000) }], maxTokens: 500 },
      { contextTokens: 1499 },
      /needs 1500 tokens at least, and it has room for 1499/,
    ],
  ] as const satisfies readonly [string, ChatRequest, Partial<Capabilities>, RegExp][]) {
    it(`names ${what} that the model cannot have`, () => {
      assert.match(capabilityGap(request, { ...ableToAll, ...missing })?.why ?? "", gap);
    });
  }

  it("asks for no more than the request surely needs", () => {
    const long: ChatRequest = { messages: [{ role: "user", content: "x".repeat(6000) }] };
    assert.equal(capabilityGap(long, { ...ableToAll, contextTokens: 1000 }), null);
  });
});
