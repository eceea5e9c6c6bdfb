import assert from "node:assert/strict";
import { KubeAIStandIn } from "../../test/fixtures/kubeai-stand-in.ts";
import {
  accessTo,
  eventsOf,
  failureOf,
  verdictOf,
} from "../../test/fixtures/provider-questions.ts";
import { createKubeAI } from "./self-hosted.ts";

describe("the provider of KubeAI", () => {
  let kubeai: KubeAIStandIn;
  before(async () => {
    kubeai = await KubeAIStandIn.start();
  });
  after(() => kubeai.close());
  beforeEach(() => kubeai.reset());

  const provider = () => createKubeAI(accessTo("kubeai", { baseUrl: kubeai.baseUrl }, null));

  for (const status of [500, 502, 503, 504]) {
    it(`takes ${status} for a model server that fails, not for one that starts`, async () => {
      kubeai.add("gemma", ["TextGeneration"], { isReady: true });
      kubeai.fail("gemma", status, JSON.stringify({ error: "Bad Gateway" }));
      const error = await failureOf(provider(), "gemma");
      assert.deepEqual(verdictOf(error), ["UNAVAILABLE", "unavailable", true]);
    });
  }

  it("takes a Model that is not there for what it is", async () => {
    const error = await failureOf(provider(), "nobody");
    assert.deepEqual(verdictOf(error), ["NOT_FOUND", "not-found", false]);
    assert.match(error.message, /no model "nobody"/);
  });

  it("waits without a status for a model at zero, and has its answer when it is there", async () => {
    kubeai.add("gemma", ["TextGeneration"]);
    const events = eventsOf(provider(), "gemma");
    await kubeai.untilHeld("gemma", 1);
    kubeai.ready("gemma");
    assert.deepEqual((await events).at(0), { type: "text", text: "gemma answers." });
    assert.equal(kubeai.asked.length, 1);
  });

  it("lists every Model, whatever it is for", async () => {
    kubeai.add("gemma", ["TextGeneration"]);
    kubeai.add("bge", ["TextEmbedding"]);
    kubeai.add("ranker", ["Reranking"]);
    kubeai.add("whisper", ["SpeechToText"]);
    const { signal } = new AbortController();
    const names = await provider().listModels?.({ signal });
    assert.deepEqual(names, ["gemma", "bge", "ranker", "whisper"]);
    assert.deepEqual(kubeai.asked, []);
  });
});
