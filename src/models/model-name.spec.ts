import assert from "node:assert/strict";
import { nearestName, unknownModelProblem } from "./model-name.ts";

describe("nearestName", () => {
  const known = ["echo", "openai", "openai_image", "aalto_gpt4o_mini", "azure"];

  it("finds the name that was mistyped", () => {
    assert.equal(nearestName("opnai", known), "openai");
    assert.equal(nearestName("OpenAI-image", known), "openai_image");
    assert.equal(nearestName("aalto_gpt4omini", known), "aalto_gpt4o_mini");
    assert.equal(nearestName("azur", known), "azure");
  });

  it("finds none when nothing is near", () => {
    assert.equal(nearestName("simpleTangram", known), undefined);
    assert.equal(nearestName("", known), undefined);
    assert.equal(nearestName("x".repeat(100_000), known), undefined);
    assert.equal(nearestName("openai", []), undefined);
  });

  it("is asked when a name is unknown, and all names are listed", () => {
    const { name, message } = unknownModelProblem("opnai", known);
    assert.equal(name, "MODEL");
    assert.match(message, /"opnai".*Did you mean openai\? .*echo, openai, openai_image/);
    assert.doesNotMatch(unknownModelProblem("llama", known).message, /Did you mean/);
  });
});
