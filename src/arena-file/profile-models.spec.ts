import assert from "node:assert/strict";
import fc from "fast-check";
import { normalizeModelName } from "../data-models/model-name.ts";
import type { Profile } from "../providers/catalogue.ts";
import { canFitBoth, compileModelPattern, ProfileModels } from "./profile-models.ts";

const fits = (pattern: string, name: string) =>
  compileModelPattern(pattern).fits(normalizeModelName(name));

describe("a pattern of allowedModels", () => {
  it("takes an exact name in every spelling, and no other", () => {
    assert.ok(fits("claude-3-5-sonnet", "claude_3_5_sonnet"));
    assert.ok(fits("Claude_3.5/Sonnet", "claude-3-5-sonnet"));
    assert.ok(!fits("gpt-4o", "gpt-4o-mini"));
    assert.ok(!fits("gpt-4o", "my-gpt-4o"));
  });

  it("is anchored at both ends as a glob", () => {
    assert.ok(fits("gpt-4*", "gpt-4o-mini"));
    assert.ok(!fits("gpt-4*", "my-gpt-4"));
    assert.ok(fits("*-mini", "gpt-4o-mini"));
    assert.ok(!fits("*-mini", "gpt-4o-mini-tts"));
    assert.ok(fits("gpt-?o", "gpt-4o"));
    assert.ok(!fits("gpt-?o", "gpt-o"));
    assert.ok(fits("*", ""));
  });

  it("agrees with a regular expression on any glob and name", () => {
    const letters = fc.string({ unit: fc.constantFrom("a", "b", "*", "?"), maxLength: 8 });
    const names = fc.string({ unit: fc.constantFrom("a", "b"), maxLength: 10 });
    fc.assert(
      fc.property(letters, names, (glob, name) => {
        const source = glob.replaceAll("*", ".*").replaceAll("?", ".");
        assert.equal(fits(glob, name), new RegExp(`^${source}$`).test(name));
      }),
    );
  });

  it("decides the same about every spelling of a name", () => {
    const part = fc.string({ unit: fc.constantFrom("a", "B", "3"), minLength: 1, maxLength: 3 });
    const separator = fc.constantFrom("-", "_", ".", "/");
    fc.assert(
      fc.property(
        fc.array(part, { minLength: 1, maxLength: 4 }),
        separator,
        separator,
        (parts, one, other) => {
          const [name, spelling] = [parts.join(one), parts.join(other).toLowerCase()];
          for (const glob of [name, spelling, `${parts[0]}*`, "*-3", "a?3*"]) {
            assert.equal(fits(glob, name), fits(glob, spelling), glob);
          }
        },
      ),
    );
  });

  it("needs no more steps than a name and a glob are long, times each other", () => {
    // With backtracking into every star this would not end.
    assert.ok(!fits(`${"*a".repeat(50)}*b`, "a".repeat(20_000)));
  });

  it("overlaps another one when a name fits both", () => {
    const words = [""];
    for (const word of words) if (word.length < 6) words.push(`${word}a`, `${word}b`);
    const glob = fc.string({ unit: fc.constantFrom("a", "b", "*", "?"), maxLength: 3 });
    fc.assert(
      fc.property(glob, glob, (one, other) => {
        const both = words.some((word) => fits(one, word) && fits(other, word));
        assert.equal(canFitBoth(one, other), both);
      }),
    );
    assert.ok(canFitBoth("*-mini", "gpt_4o*"));
  });
});

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
