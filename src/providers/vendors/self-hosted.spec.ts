import assert from "node:assert/strict";
import { HttpStandIn } from "../../../test/fixtures/http-stand-in.ts";
import { KubeAIStandIn } from "../../../test/fixtures/kubeai-stand-in.ts";
import { type LocalKind, LocalStandIn } from "../../../test/fixtures/local-stand-in.ts";
import {
  accessTo,
  asking,
  eventsOf,
  failureOf,
  verdictOf,
} from "../../../test/fixtures/provider-questions.ts";
import { testResources } from "../../../test/fixtures/test-resources.ts";
import type { ChatRequest } from "../../data-models/chat.ts";
import { createKubeAI, createOllama, createSelfHosted, createVllm } from "./self-hosted.ts";

const picture: ChatRequest = {
  messages: [{ role: "user", content: [{ type: "image", url: "data:image/png;base64,AA==" }] }],
};
const long: ChatRequest = {
  messages: [{ role: "user", content: "Once upon a time there was a frog. ".repeat(300) }],
};
const { signal } = new AbortController();

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
    const names = await provider().listModels?.({ signal });
    assert.deepEqual(names, ["gemma", "bge", "ranker", "whisper"]);
    assert.deepEqual(kubeai.asked, []);
  });
});

describe("a server of one's own", () => {
  const resources = testResources();
  const start = async (kind: LocalKind, sees = false) => {
    const model = { name: "tiny", contextTokens: 2048, sees };
    const server = resources.use(await LocalStandIn.start(kind, model));
    const accessInfo = { baseUrl: server.baseURL };
    const create = { ollama: createOllama, vllm: createVllm, "llama-server": createSelfHosted }[
      kind
    ];
    return { server, provider: create(accessTo("self-hosted", accessInfo)), accessInfo };
  };
  const pathsOf = ({ requests }: LocalStandIn) => requests.map(({ path }) => path);

  for (const [kind, paths] of [
    ["ollama", ["/api/show", "/api/ps"]],
    ["llama-server", ["/v1/models"]],
    ["vllm", ["/v1/models"]],
  ] as const) {
    it(`tells what its models can do, as ${kind} does, without their working`, async () => {
      const { server, provider } = await start(kind);
      assert.equal(provider.capabilities("tiny").images, true);
      await provider.learn?.("tiny", picture, { signal });
      assert.deepEqual(pathsOf(server), paths);
      const { images, contextTokens } = provider.capabilities("tiny");
      assert.deepEqual(
        [images, contextTokens],
        [kind === "vllm", kind === "ollama" ? 131_072 : 2048],
      );
    });
  }

  for (const kind of ["ollama", "llama-server"] as const) {
    it(`is sent images by models that see, as ${kind} says`, async () => {
      const { server, provider } = await start(kind, true);
      await provider.learn?.("tiny", picture, { signal });
      await eventsOf(provider, "tiny", picture);
      assert.equal(server.chats.length, 1);
    });
  }

  it("is found to be Ollama behind any self-hosted profile", async () => {
    const { server, accessInfo } = await start("ollama");
    const provider = createSelfHosted(accessTo("self-hosted", accessInfo));
    await provider.learn?.("tiny", picture, { signal });
    assert.deepEqual(pathsOf(server), ["/v1/models", "/api/show", "/api/ps"]);
    assert.equal(provider.capabilities("tiny").images, false);
  });

  for (const kind of ["llama-server", "vllm"] as const) {
    it(`refuses images as ${kind} does, which is known from then on`, async () => {
      const { server, provider } = await start(kind);
      const error = await failureOf(provider, "tiny", picture);
      assert.deepEqual(verdictOf(error), ["INVALID_ARGUMENT", "unsupported", false]);
      assert.match(error.message, /"tiny" cannot see images/);
      assert.equal(provider.capabilities("tiny").images, false);
      await failureOf(provider, "tiny", picture);
      assert.equal(server.chats.length, 1);
    });
  }

  it("may speak of images where there are none: then it is a refusal as any other", async () => {
    const vendor = await HttpStandIn.start();
    resources.use({ [Symbol.asyncDispose]: () => vendor.close() });
    const provider = createVllm(accessTo("vllm", { baseUrl: `${vendor.origin}/v1` }));
    const error = { message: "tiny is not a multimodal model", type: "BadRequestError" };
    for (const [request, reason] of [
      [asking(), "bad-request"],
      [picture, "unsupported"],
    ] as const) {
      vendor.reply({ status: 400, body: { error } });
      assert.equal((await failureOf(provider, "tiny", request)).reason, reason);
    }
  });

  it("is not taken for blind when it was not started for what is asked", async () => {
    const vendor = await HttpStandIn.start();
    resources.use({ [Symbol.asyncDispose]: () => vendor.close() });
    const provider = createVllm(accessTo("vllm", { baseUrl: `${vendor.origin}/v1` }));
    vendor.reply({ status: 501, body: { error: { code: 501, message: "No chats here." } } });
    const error = await failureOf(provider, "tiny", picture);
    assert.deepEqual(verdictOf(error), ["UNIMPLEMENTED", "unsupported", false]);
    assert.equal(provider.capabilities("tiny").images, true);
  });

  it("is what its profile says, where it does not tell whether its models see", async () => {
    const { server, accessInfo } = await start("vllm");
    const provider = createVllm(accessTo("vllm", { ...accessInfo, vision: false }));
    await failureOf(provider, "tiny", picture);
    assert.equal(server.chats.length, 0);
    const ollama = await start("ollama");
    const believer = createOllama(accessTo("ollama", { ...ollama.accessInfo, vision: true }));
    await believer.learn?.("tiny", picture, { signal });
    assert.equal(believer.capabilities("tiny").images, false);
  });

  it("is not believed when it answers a picture or a talk that it may have dropped", async () => {
    for (const [request, reason] of [
      [picture, "unsupported"],
      [long, "context-length"],
    ] as const) {
      const { server, provider } = await start("ollama");
      const error = await failureOf(provider, "tiny", request);
      assert.deepEqual([server.chats.length, error.reason], [1, reason]);
    }
  });

  it("may stay silent about its models: that is nobody's failure", async () => {
    const { server, provider } = await start("vllm");
    for (const path of ["/v1/models", "/api/show"]) server.silentPaths.add(path);
    const leaving = AbortSignal.timeout(20);
    await assert.rejects(async () => provider.learn?.("tiny", long, { signal: leaving }));
    assert.deepEqual(await eventsOf(provider, "tiny").then((events) => events.length), 5);
  });

  it("is told the longest answer by the name that Ollama knows, whatever the model's name", async () => {
    const model = { name: "o3-mini-local", contextTokens: 2048 };
    const server = resources.use(await LocalStandIn.start("ollama", model));
    const provider = createOllama(accessTo("ollama", { baseUrl: server.baseURL }));
    await eventsOf(provider, model.name, asking({ maxTokens: 2 }));
    assert.equal(server.chats[0]?.max_tokens, 2);
  });

  it("says who answers", async () => {
    const { provider } = await start("llama-server");
    const names = new Set<string>();
    const context = { signal, onServed: (name: string) => names.add(name) };
    await Array.fromAsync(provider.stream("gpt-99", asking(), context));
    assert.deepEqual([...names], ["tiny"]);
  });
});
