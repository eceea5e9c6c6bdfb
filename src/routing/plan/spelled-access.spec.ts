import assert from "node:assert/strict";
import { accessTo, answer, ScriptedProvider } from "../../../test/fixtures/scripted-provider.ts";
import { scope, scriptedRoutes } from "../../../test/fixtures/scripted-routes.ts";
import type { Profile } from "../../arena-file/profile.ts";
import { ProfileModels } from "../../arena-file/profile-models.ts";
import { Prices } from "../prices/prices.ts";
import type { RouteAccess } from "./candidate.ts";
import { spelledAccess } from "./spelled-access.ts";

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
