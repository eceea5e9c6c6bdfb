import assert from "node:assert/strict";
import { priceTable } from "./price-table.ts";
import { costOf, PriceConfig, Prices } from "./prices.ts";

const usage = { inputTokens: 1000, outputTokens: 100 };

describe("Prices", () => {
  for (const [provider, model] of [
    ["anthropic", "claude-3-5-sonnet"],
    ["anthropic", "claude_3_5_sonnet"],
    ["anthropic", "claude-3-5-sonnet-latest"],
    ["anthropic", "claude-3-5-sonnet-20241022"],
    ["bedrock", "us.anthropic.claude-3-5-sonnet-20241022-v2:0"],
    ["openai", "gpt-4o-2024-08-06"],
    ["azure-openai", "gpt-4o"],
    ["cohere", "command-r-plus-08-2024"],
    ["openai", "gpt_4o_2024_08_06"],
    ["cohere", "Command R Plus 08 2024"],
    ["bedrock", "us_anthropic_claude_3_5_sonnet_20241022_v2:0"],
  ] as const) {
    it(`knows ${model} at ${provider}`, () => assert.ok(new Prices().find(provider, model)));
  }

  for (const [provider, model] of [
    ["openai", "gpt-4o-maxi"],
    ["anthropic", "claude-opus-9"],
    ["openai", "claude-3-5-sonnet"],
    ["self-hosted", "gpt-4o"],
    ["mistral", "mistral-large-2"],
    ["mistral-codestral", "codestral-v2"],
    ["openai", "eu-gpt-4o"],
    ["nobody", ""],
  ] as const) {
    it(`does not know ${model || "no model"} at ${provider}, and takes no other one's price for it`, () =>
      assert.equal(new Prices().find(provider, model), null));
  }

  it("believes arena.yaml more than its table, in any spelling", () => {
    const config = PriceConfig.parse({
      "openai/GPT_4o": { inputPerMillion: 7, outputPerMillion: 8, speed: 9 },
      "together/openai/gpt-oss-20b": { inputPerMillion: 0, outputPerMillion: 0 },
    });
    const prices = new Prices(config);
    const own = { inputPerMillion: 7, outputPerMillion: 8, speed: 9 };
    assert.deepEqual(prices.find("openai", "gpt-4o"), own);
    const free = { inputPerMillion: 0, outputPerMillion: 0, speed: null };
    assert.deepEqual(prices.find("together", "openai/gpt-oss-20b"), free);
  });

  it("says who sells a model", () => {
    assert.deepEqual(new Prices().sellersOf("gpt_4o"), ["openai", "azure-openai"]);
    assert.deepEqual(new Prices().sellersOf("gpt_4o_2024_08_06"), ["openai", "azure-openai"]);
    assert.deepEqual(new Prices().sellersOf("mistral-medium-latest"), ["mistral"]);
    assert.deepEqual(new Prices().sellersOf("my-own"), []);
  });

  it("holds a sensible price for every model of its table", () => {
    for (const [provider, models] of Object.entries(priceTable)) {
      for (const [model, [input, output, speed]] of Object.entries(models)) {
        assert.ok(input > 0 && output >= 0 && input < 100 && output < 200, `${provider}/${model}`);
        assert.ok(speed === undefined || (speed >= 10 && speed <= 2000), `${provider}/${model}`);
        assert.ok(new Prices().find(provider, model), `${provider}/${model}`);
      }
    }
  });

  it("refuses a price without a provider, a negative one and an unknown key", () => {
    const price = { inputPerMillion: 1, outputPerMillion: 1 };
    assert.match(String(PriceConfig.safeParse({ "gpt-4o": price }).error), /PROVIDER\/MODEL/);
    const negative = { "openai/x": { ...price, inputPerMillion: -1 } };
    assert.equal(PriceConfig.safeParse(negative).success, false);
    const misspelt = { "openai/x": { ...price, outputPerMilion: 1 } };
    assert.equal(PriceConfig.safeParse(misspelt).success, false);
  });
});

describe("costOf", () => {
  const price = { inputPerMillion: 2, outputPerMillion: 10, speed: null };

  it("is what the tokens cost", () => assert.equal(costOf(price, usage), 0.003));

  it("is unknown, not 0, without a price or without tokens", () => {
    assert.equal(costOf(null, usage), null);
    assert.equal(costOf(price, { ...usage, inputTokens: null }), null);
    assert.equal(costOf(price, { ...usage, outputTokens: null }), null);
  });
});
