import assert from "node:assert/strict";
import { checkPrices } from "./check-prices.ts";

const price = { inputPerMillion: 1, outputPerMillion: 1 };
const problemsOf = (...names: readonly string[]) =>
  checkPrices(Object.fromEntries(names.map((name) => [name, price])));

describe("checkPrices", () => {
  it("takes any model of the providers by their names here", () => {
    const names = ["openai/gpt-4o", "ollama/llama3:8b", "together/meta-llama/x", "kubeai/gemma"];
    assert.deepEqual(problemsOf(...names), []);
  });

  for (const [name, expected] of [
    ["opnai/gpt-4o", /no provider is called "opnai"; did you mean openai\/MODEL\?/],
    ["azure/gpt-4o", /no provider is called "azure"; write azure-openai\/MODEL/],
    ["aws-bedrock/claude", /write bedrock\/MODEL/],
    ["zzz/gpt-4o", /expected one of openai, azure-openai/],
    ["7hq2zx9lm4tv8bn1/x", /called \(a text that looks like a key\)/],
  ] as const) {
    it(`names a provider that nobody would look up: ${name}`, () => {
      const [problem, ...others] = problemsOf("openai/gpt-4o", name);
      assert.deepEqual(problem?.path, ["prices", name]);
      assert.match(problem?.message ?? "", expected);
      assert.deepEqual(others, []);
    });
  }

  it("names a model that stands there in two spellings, but not one of two providers", () => {
    const [problem, ...others] = problemsOf("openai/gpt-4o", "groq/gpt-4o", "openai/GPT_4o");
    assert.deepEqual(problem?.path, ["prices", "openai/GPT_4o"]);
    assert.match(problem?.message ?? "", /another spelling of "openai\/gpt-4o".*keep one/);
    assert.deepEqual(others, []);
    assert.deepEqual(problemsOf("mistral/codestral-a", "mistral-codestral/a"), []);
  });
});
