import assert from "node:assert/strict";
import { accessTo, answer, ScriptedProvider } from "../../../test/fixtures/scripted-provider.ts";
import { scope, scriptedRoutes } from "../../../test/fixtures/scripted-routes.ts";
import { ProfileModels } from "../../arena-file/profile-models.ts";
import { isSameModel } from "../../data-models/model-name.ts";
import type { Profile } from "../../providers/catalogue.ts";
import { Prices } from "../prices/prices.ts";
import type { RouteAccess } from "./candidate.ts";
import { RouteConfig } from "./route-config.ts";
import {
  type Gathered,
  gatherByModel,
  gatherCandidates,
  type OrderWish,
  orderCandidates,
  type Rank,
  spelledAccess,
} from "./route-plan.ts";

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

interface Named extends Rank {
  readonly name: string;
}

function candidate(
  name: string,
  price: number | null,
  expectedMs: number | null,
  providerName = "openai",
): Named {
  const perMillion = price === null ? null : price / 2;
  return {
    name,
    providerName,
    expectedMs,
    price:
      perMillion === null
        ? null
        : { inputPerMillion: perMillion, outputPerMillion: perMillion, speed: null },
  };
}

const cheap = candidate("cheap", 1, 9000);
const dear = candidate("dear", 20, 1000, "anthropic");
const unknown = candidate("unknown", null, null);
const free = candidate("free", 0, 5000, "ollama");

function order(wish: OrderWish, ...items: readonly Named[]): readonly string[] {
  return orderCandidates(items, wish).map(({ name }) => name);
}

describe("orderCandidates", () => {
  it("puts the cheapest first for low; what has no price comes last, and free is not unknown", () => {
    assert.deepEqual(order({ speedPriority: "low" }, unknown, dear, cheap, free), [
      "free",
      "cheap",
      "dear",
      "unknown",
    ]);
  });

  it("puts the fastest first for high; what nobody knows the speed of comes last", () => {
    assert.deepEqual(order({ speedPriority: "high" }, unknown, cheap, free, dear), [
      "dear",
      "free",
      "cheap",
      "unknown",
    ]);
  });

  it("puts the wanted provider's first, ordered among themselves", () => {
    const cheaper = candidate("cheaper", 0.5, 100);
    const wish = { provider: "anthropic", speedPriority: "low" } as const;
    const other = candidate("other", 5, 1000, "anthropic");
    assert.deepEqual(order(wish, cheaper, dear, other), ["other", "dear", "cheaper"]);
  });

  it("breaks ties of price by speed, of speed by price, and else by their order", () => {
    const slow = candidate("slow", 1, 9000);
    const fast = candidate("fast", 1, 10);
    const twin = candidate("twin", 1, 10);
    assert.deepEqual(order({ speedPriority: "low" }, slow, fast, twin), ["fast", "twin", "slow"]);
    assert.deepEqual(order({ speedPriority: "low" }, slow, twin, fast), ["twin", "fast", "slow"]);
    const dearer = candidate("dearer", 3, 10);
    assert.deepEqual(order({ speedPriority: "high" }, dearer, fast), ["fast", "dearer"]);
  });

  it("keeps the order as it is written without a wish", () => {
    assert.deepEqual(order({}, dear, unknown, free), ["dear", "unknown", "free"]);
  });

  it("leaves the list that it was given alone", () => {
    const items = Object.freeze([dear, free]);
    assert.deepEqual(order({ speedPriority: "low" }, ...items), ["free", "dear"]);
    assert.deepEqual(items, [dear, free]);
  });
});

/** What a vendor gets for a model, by way of a profile with these models. */
function sent(providerName: Profile["provider"], model: string, profile: object = {}): string {
  const models = new ProfileModels({
    name: "main",
    provider: providerName,
    accessInfo: {},
    ...profile,
  });
  const judge: RouteAccess["judge"] = (asked) => models.judge(asked);
  const access = accessTo(new ScriptedProvider([]), "main", { providerName, judge });
  const verdict = spelledAccess(access, new Prices()).judge(model);
  return verdict.isAllowed ? verdict.model : `refused: ${verdict.reason}`;
}

describe("the spelling of a model", () => {
  for (const [providerName, model, spelling] of [
    ["openai", "gpt_4o_mini", "gpt-4o-mini"],
    ["openai", "GPT_4.1", "gpt-4.1"],
    ["openai", "gpt_4o_2024_08_06", "gpt-4o-2024-08-06"],
    ["anthropic", "claude_3.5_sonnet_latest", "claude-3-5-sonnet-latest"],
    [
      "together",
      "meta_llama_llama_3_3_70b_instruct_turbo",
      "meta-llama/Llama-3.3-70B-Instruct-Turbo",
    ],
    [
      "bedrock",
      "eu_anthropic_claude_3_5_sonnet_20241022_v2:0",
      "eu.anthropic.claude-3-5-sonnet-20241022-v2:0",
    ],
    // Nobody lists it, another one sells it, users name deployments.
    ["openai", "gpt_99", "gpt_99"],
    ["self-hosted", "gpt_4o_mini", "gpt_4o_mini"],
    ["azure-openai", "gpt_4o_mini", "gpt_4o_mini"],
  ] as const) {
    it(`is ${spelling} for ${model} at an open profile of ${providerName}`, () =>
      assert.equal(sent(providerName, model), spelling));
  }

  it("is the vendor's where a glob allows it, and the profile's where it has the name", () => {
    assert.equal(sent("openai", "gpt_4o_mini", { allowedModels: ["gpt-*"] }), "gpt-4o-mini");
    assert.equal(sent("openai", "gpt-4o", { allowedModels: ["gpt_4o"] }), "gpt_4o");
    const accessInfo = { deployments: { gpt_4o: "mine" } };
    assert.equal(sent("openai", "gpt_4o", { accessInfo }), "gpt_4o");
  });

  it("allows nothing that the profile does not", () => {
    const refusal = sent("openai", "gpt_4o", { allowedModels: ["o1"] });
    assert.equal(refusal, "refused: allowedModels does not have it");
  });

  it("tells whose key it is only when it is asked", () => {
    let questions = 0;
    const access = Object.defineProperty(accessTo(new ScriptedProvider([])), "isCallersOwn", {
      get: () => {
        questions += 1;
        return false;
      },
    });
    const spelled = spelledAccess(access, new Prices());
    assert.equal(questions, 0);
    assert.equal(spelled.isCallersOwn, false);
  });

  describe("on a route", () => {
    const routes = scriptedRoutes();

    it("is what the vendor gets, and what is explained", async () => {
      const provider = new ScriptedProvider([answer("Hello.")]);
      const access = accessTo(provider, "main", { providerName: "openai" });
      const candidates = [{ profile: "main", model: "gpt_4o_mini" }];
      const router = routes.to([access], { candidates });
      await routes.ask(router);
      assert.equal(provider.calls[0]?.model, "gpt-4o-mini");
      const [candidate] = (await router.explain({ route: "r", scope })).candidates;
      assert.deepEqual(
        [candidate?.model, candidate?.price?.inputPerMillion],
        ["gpt-4o-mini", 0.15],
      );
    });
  });
});
