import assert from "node:assert/strict";
import type { Profile } from "./profile.ts";
import { ProfileModels } from "./profile-models.ts";

function judge(model: string, fields: Partial<Profile> = {}) {
  const profile: Profile = { name: "p", provider: "openai", accessInfo: {}, ...fields };
  return new ProfileModels(profile).judge(model);
}

describe("the models of a profile", () => {
  it("are spelled as the profile has them, whatever they are asked for as", () => {
    const reason = "allowedModels has gpt-4o";
    const verdict = { isAllowed: true, model: "gpt-4o", isSpelled: true, reason };
    assert.deepEqual(judge("GPT_4o", { allowedModels: ["gpt-4o"] }), verdict);
    const accessInfo = { deployments: { gpt_4o: "mine" } };
    const { model, isSpelled } = { model: "", isSpelled: null, ...judge("gpt-4o", { accessInfo }) };
    assert.deepEqual([model, isSpelled], ["gpt_4o", true]);
  });

  it("are nobody's spelling where all are allowed, and where a glob allows them", () => {
    assert.deepEqual(judge("GPT_4o"), {
      isAllowed: true,
      model: "GPT_4o",
      isSpelled: false,
      reason: "allows all models",
    });
    assert.deepEqual(judge("GPT_4o", { allowedModels: ["gpt-*"] }), {
      isAllowed: true,
      model: "GPT_4o",
      isSpelled: false,
      reason: "allowedModels has gpt-*",
    });
  });
});
