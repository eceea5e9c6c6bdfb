import assert from "node:assert/strict";
import { unknownModelProblem } from "./model-name.ts";

describe("unknownModelProblem", () => {
  const known = ["echo", "openai", "openai_image", "aalto_gpt4o_mini", "azure"];

  it("names the model that was probably meant, and lists all", () => {
    const { name, message } = unknownModelProblem("opnai", known);
    assert.equal(name, "MODEL");
    assert.match(message, /"opnai".*Did you mean openai\? .*echo, openai, openai_image/);
    for (const [written, meant] of [
      ["OpenAI-image", "openai_image"],
      ["aalto_gpt4omini", "aalto_gpt4o_mini"],
      ["azur", "azure"],
    ] as const) {
      assert.ok(unknownModelProblem(written, known).message.includes(`mean ${meant}?`), written);
    }
  });

  it("guesses nothing when nothing is near", () => {
    for (const name of ["llama", "simpleTangram", "x".repeat(100_000)]) {
      assert.doesNotMatch(unknownModelProblem(name, known).message, /Did you mean/);
    }
  });
});
