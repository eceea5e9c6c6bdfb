import assert from "node:assert/strict";
import { answer, failure, ScriptedProvider } from "../../test/fixtures/scripted-provider.ts";
import type { Profile } from "../providers/catalogue.ts";
import { checkModels } from "./check-models.ts";

describe("checkModels", () => {
  const azure = (allowedModels: readonly string[]): Profile => ({
    name: "az",
    provider: "azure-openai",
    accessInfo: { deployments: { gpt_4o: "my-deployment", "o3-mini": "other" } },
    accessKey: "k",
    allowedModels,
  });

  async function check(profile: Profile, provider: ScriptedProvider) {
    const { signal } = new AbortController();
    const examination = { profile, keys: null, signal, environment: () => undefined };
    return checkModels(provider, examination, { names: null, why: "there is no list" });
  }

  it("asks for a model as the router does, by the spelling of its deployment, and once", async () => {
    const provider = new ScriptedProvider([answer("Hello")]);
    const findings = await check(azure(["gpt-4o"]), provider);
    assert.deepEqual(
      provider.calls.map(({ model }) => model),
      ["gpt_4o"],
    );
    assert.deepEqual(
      findings.map(({ check: name, verdict }) => `${name}: ${verdict}`),
      ["model gpt_4o: ok"],
    );
  });

  it("warns of a server of one's own that answers with another model, and of no vendor's full names", async () => {
    const answered = (servedModel: string) =>
      new ScriptedProvider([answer("Hello")], { servedModel });
    const own: Profile = {
      name: "own",
      provider: "self-hosted",
      accessInfo: {},
      allowedModels: ["llama3.2"],
    };
    const verdicts = async (profile: Profile, servedModel: string) =>
      (await check(profile, answered(servedModel))).map(({ verdict }) => verdict);
    assert.deepEqual(await verdicts(own, "tiny.gguf"), ["warning"]);
    assert.deepEqual(await verdicts(own, "Llama3_2"), ["ok"]);
    assert.deepEqual(await verdicts(azure(["gpt-4o"]), "gpt-4o-2024-08-06"), ["ok"]);
  });

  it("asks for deployments that no name lists, as far as they are allowed", async () => {
    const provider = new ScriptedProvider([[failure("not-found", { code: "NOT_FOUND" })]]);
    const findings = await check(azure(["o*"]), provider);
    assert.deepEqual(
      findings.map(({ check: name, verdict }) => `${name}: ${verdict}`),
      ["model o3-mini: problem", "models o*: not asked"],
    );
  });
});
