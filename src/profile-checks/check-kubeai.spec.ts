import assert from "node:assert/strict";
import { examine, findingOf, verdictsOf } from "../../test/fixtures/examine.ts";
import { KubeAIStandIn } from "../../test/fixtures/kubeai-stand-in.ts";
import type { Profile } from "../providers/catalogue.ts";

describe("arena doctor profiles at KubeAI", () => {
  let kubeai: KubeAIStandIn;
  before(async () => {
    kubeai = await KubeAIStandIn.start();
  });
  after(() => kubeai.close());
  beforeEach(() => {
    kubeai.reset();
    kubeai.add("gemma2-2b", ["TextGeneration"]);
    kubeai.add("bge-embed-text", ["TextEmbedding"]);
    // The resource allows it, and no list has it.
    kubeai.add("hidden", []);
  });

  const profileOf = (allowedModels: readonly string[], baseUrl = kubeai.baseUrl): Profile => ({
    name: "own",
    provider: "kubeai",
    accessInfo: { baseUrl },
    allowedModels,
  });

  it("finds an embedding model in the list, and starts nothing", async () => {
    const findings = await examine(profileOf(["gemma2-2b", "bge-embed-text", "bge-*"]));
    assert.deepEqual(verdictsOf(findings), [
      "reference: not asked",
      "server: ok",
      "model gemma2-2b: ok",
      "model bge-embed-text: ok",
      "models bge-*: ok",
    ]);
    assert.deepEqual(kubeai.asked, []);
  });

  it("asks no model that is not in the list either: the question would start it", async () => {
    const findings = await examine(profileOf(["hidden", "gemma2-2"]));
    const hidden = findingOf(findings, "model hidden");
    assert.equal(hidden.verdict, "problem");
    assert.match(`${hidden.detail} ${hidden.remedy}`, /not in the list.*features/);
    assert.match(findingOf(findings, "model gemma2-2").remedy ?? "", /Did you mean gemma2-2b\?/);
    assert.deepEqual(kubeai.asked, []);
  });

  it("takes an address without a list for a wrong one", async () => {
    const findings = await examine(profileOf(["gemma2-2b"], `${kubeai.origin}/v1`));
    assert.deepEqual(verdictsOf(findings), ["reference: not asked", "server: problem"]);
    assert.deepEqual(kubeai.asked, []);
  });

  it("asks no model where a gateway in front lets nobody see the list", async () => {
    kubeai.refuseList(403);
    const findings = await examine(profileOf(["gemma2-2b", "*"]));
    assert.deepEqual(verdictsOf(findings), [
      "reference: not asked",
      "server: warning",
      "model gemma2-2b: not asked",
      "models *: not asked",
    ]);
    assert.match(findingOf(findings, "model gemma2-2b").detail, /would start the model/);
    assert.match(findingOf(findings, "server").detail, /the list of models cannot be had/);
    assert.deepEqual(kubeai.asked, []);
  });
});
