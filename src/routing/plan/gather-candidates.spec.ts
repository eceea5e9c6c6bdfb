import assert from "node:assert/strict";
import { accessTo, ScriptedProvider } from "../../../test/fixtures/scripted-provider.ts";
import { isSameModel } from "../../data-models/model-name.ts";
import { Prices } from "../prices/prices.ts";
import type { RouteAccess } from "./candidate.ts";
import { type Gathered, gatherByModel, gatherCandidates } from "./gather-candidates.ts";
import { RouteConfig } from "./route-config.ts";

const provider = new ScriptedProvider([]);
const prices = new Prices();

function listing(profile: string, providerName: string, ...models: readonly string[]): RouteAccess {
  return accessTo(provider, profile, {
    providerName,
    isOpen: false,
    judge: (model) => {
      const name = models.find((each) => isSameModel(each, model));
      return name === undefined
        ? { isAllowed: false, reason: "allowedModels does not have it" }
        : { isAllowed: true, model: name };
    },
  });
}

const open = (profile: string, providerName: string) =>
  accessTo(provider, profile, { providerName });

function told(gathered: readonly Gathered[]): readonly string[] {
  return gathered.map(
    ({ candidate, skip }) =>
      `${candidate.access.profile}/${candidate.model}${skip ? ` ${skip.code}: ${skip.why}` : ""}`,
  );
}

describe("gatherByModel", () => {
  it("finds who lists the model in any spelling, and uses the vendor's", () => {
    const accesses = [
      listing("a", "anthropic", "claude-3-5-sonnet"),
      listing("b", "anthropic", "claude-haiku-4-5"),
    ];
    assert.deepEqual(told(gatherByModel("Claude_3.5_Sonnet", accesses, prices)), [
      "a/claude-3-5-sonnet",
      "b/Claude_3.5_Sonnet PERMISSION_DENIED: allowedModels does not have it",
    ]);
  });

  it("takes a profile that allows all only where the model can be", () => {
    const accesses = [open("o", "openai"), open("a", "anthropic"), open("own", "ollama")];
    const [first, second, third] = told(gatherByModel("claude-3-5-sonnet", accesses, prices));
    assert.match(first ?? "", /^o\/.* NOT_FOUND: this is a model of anthropic;/);
    assert.equal(second, "a/claude-3-5-sonnet");
    assert.match(third ?? "", /NOT_FOUND/);
  });

  it("takes all that allow everything for a model that no table knows", () => {
    const accesses = [open("o", "openai"), open("own", "ollama")];
    assert.deepEqual(told(gatherByModel("brand-new", accesses, prices)), [
      "o/brand-new",
      "own/brand-new",
    ]);
  });
});

describe("gatherCandidates", () => {
  const route = RouteConfig.parse({
    name: "r",
    candidates: [
      { profile: "gone", model: "x" },
      { profile: "a", model: "claude-haiku-4-5" },
      { profile: "a", model: "claude_3_5_sonnet", provider: "bedrock" },
      { profile: "a", model: "claude_3_5_sonnet" },
    ],
  });

  it("keeps the route's order, and says of everybody why not", () => {
    const accesses = [listing("a", "anthropic", "claude-3-5-sonnet")];
    assert.deepEqual(told(gatherCandidates(route, accesses, prices)), [
      "gone/x PERMISSION_DENIED: the profile is not in this caller's scope",
      "a/claude-haiku-4-5 PERMISSION_DENIED: allowedModels does not have it",
      "a/claude_3_5_sonnet FAILED_PRECONDITION: the profile's provider is anthropic, not bedrock",
      "a/claude-3-5-sonnet",
    ]);
  });
});
