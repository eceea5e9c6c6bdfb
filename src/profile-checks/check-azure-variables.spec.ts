import assert from "node:assert/strict";
import { checkAzureVariables } from "./check-azure-variables.ts";

describe("the variables of Azure", () => {
  const variablesOf = (id: string) => ({
    [`AZURE_OPENAI_API_TYPE__${id}`]: "azure",
    [`AZURE_OPENAI_API_VERSION__${id}`]: "2024-10-21",
    [`AZURE_OPENAI_API_BASE__${id}`]: "https://lab.openai.azure.com",
    [`AZURE_OPENAI_API_KEY__${id}`]: "canary-azure-key-81Zx",
    [`AZURE_OPENAI_API_DEPLOYMENT_NAME__${id}`]: `${id}-eu`,
  });

  it("make profiles to be examined when they are complete", () => {
    const { profiles, findings } = checkAzureVariables({
      AZURE_OPENAI_MODELS: "gpt-4o, o3",
      ...variablesOf("gpt-4o"),
      ...variablesOf("o3"),
    });
    assert.deepEqual(
      findings.map(({ check, verdict }) => `${check}: ${verdict}`),
      ["variables of gpt-4o: ok", "variables of o3: ok"],
    );
    assert.deepEqual(profiles[0]?.accessInfo.deployments, { "gpt-4o": "gpt-4o-eu", o3: "o3-eu" });
  });

  it("are told one by one when they are missing, wrong or of no model", () => {
    const { profiles, findings } = checkAzureVariables({
      AZURE_OPENAI_MODELS: "gpt-4o",
      ...variablesOf("gpt-4o"),
      ...variablesOf("stray"),
      "AZURE_OPENAI_API_BASE__gpt-4o": "http://lab.openai.azure.com",
      "AZURE_OPENAI_API_KEY__gpt-4o": " ",
    });
    assert.deepEqual(profiles, []);
    assert.equal(findings.length, 7);
    assert.ok(findings.every(({ verdict, remedy }) => verdict === "problem" && remedy));
    const missing = findings.find(({ check }) => check === "variable AZURE_OPENAI_API_KEY__gpt-4o");
    assert.match(`${missing?.detail}; ${missing?.remedy}`, /is not set.*Set it/);
    assert.ok(!JSON.stringify(findings).includes("canary"));
  });

  it("say nothing where there are none", () => {
    assert.deepEqual(checkAzureVariables({ OPENAI_API_KEY: "canary" }), {
      profiles: [],
      findings: [],
    });
  });
});
