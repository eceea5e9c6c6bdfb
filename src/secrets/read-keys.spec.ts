import assert from "node:assert/strict";
import { pickKey } from "./read-keys.ts";
import { VaultFailure } from "./vaults/vault-failure.ts";

function failureOf(names: readonly string[]): string {
  try {
    pickKey(JSON.stringify(Object.fromEntries(names.map((name) => [name, "x"]))), "MISSING");
  } catch (error) {
    assert.ok(error instanceof VaultFailure);
    return error.problem;
  }
  return assert.fail("the key was found");
}

describe("pickKey", () => {
  it("says which names the document has", () => {
    const names = ["OPENAI_API_KEY", "HF_TOKEN", "AI21_API_KEY", "api-key", "apiKey", "openai"];
    assert.match(failureOf(names), new RegExp(`it has ${names.join(", ")}$`));
    const azure = "AZURE_OPENAI_API_KEY__gpt-4o";
    assert.match(failureOf([azure]), new RegExp(`it has ${azure}$`));
  });

  it("shows no key that somebody swapped with its name", () => {
    for (const key of [
      "0123456789abcdef0123456789abcdef",
      "abcdef0123456789abcdef0123456789",
      "3f2b8c1e-77aa-4c0d-9b1e-0123456789ab",
      "afbbccdd-abcd-abcd-abcd-abcdefabcdef",
      "sk-canary-7Hq2Zx9Lm4Tv8Bn1",
      "hf_abcdefghijklmnopqrstuvwxyzabcdefgh",
      "hf_aBcDeFgHiJkLmNoPqRsTuVwXyZaBcDeFgH",
      "AKIAIOSFODNN7EXAMPLE",
      "wJalrXUtnFEMIKMDENGbPxRfiCYEXAMPLEKEY",
      "ABCDEFGHIJKLMNOPQRSTUVWXYZABCDEF",
    ]) {
      assert.match(failureOf(["OTHER", key]), /it has OTHER and 1 more$/);
      assert.match(failureOf([key]), /it has 1 other$/);
    }
  });
});
