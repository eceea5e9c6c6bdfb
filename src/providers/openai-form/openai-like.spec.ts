import assert from "node:assert/strict";
import { serverSentEvents, useHttpStandIn } from "../../../test/fixtures/http-stand-in.ts";
import { spoken } from "../../../test/fixtures/openai-events.ts";
import {
  accessTo,
  asking,
  canaryKey,
  eventsOf,
  failureOf,
  question,
} from "../../../test/fixtures/provider-questions.ts";
import type { ChatRequest } from "../../data-models/chat.ts";
import { ConfigurationError } from "../../errors/arena-error.ts";
import type { ProviderName } from "../catalogue.ts";
import type { Provider } from "../provider.ts";
import type { AccessInfo, ProviderAccess } from "../provider-access.ts";
import { createAzureOpenAI } from "../vendors/azure-openai.ts";
import { createGroq } from "../vendors/groq.ts";
import { createMistral, createMistralCodestral } from "../vendors/mistral.ts";
import {
  createKubeAI,
  createOllama,
  createSelfHosted,
  createVllm,
} from "../vendors/self-hosted.ts";
import { createTogether } from "../vendors/together.ts";

const tool = { name: "f", parameters: { type: "object", properties: {} } };
const schema = { type: "object", properties: {}, required: [], additionalProperties: false };
const { signal } = new AbortController();

describe("providers that speak the OpenAI API", () => {
  const vendor = useHttpStandIn();

  const create = (
    make: (access: ProviderAccess) => Provider,
    name: ProviderName,
    path: string,
    info: AccessInfo = {},
  ) => make(accessTo(name, { baseUrl: `${vendor().origin}${path}`, ...info }));
  const sent = async (provider: Provider, model: string, request: Partial<ChatRequest> = {}) => {
    vendor().reply({ body: serverSentEvents(spoken("Hi")) });
    const events = await eventsOf(provider, model, asking(request));
    const usage = { inputTokens: 19, outputTokens: 10 };
    assert.deepEqual(events, [
      { type: "text", text: "Hi" },
      { type: "finish", reason: "stop", usage },
    ]);
    return vendor().last.body as Record<string, unknown>;
  };
  const messages = [{ role: "user", content: question }];

  for (const [name, make, path, model] of [
    ["groq", createGroq, "/openai/v1", "llama-3.3-70b-versatile"],
    ["together", createTogether, "/v1", "meta-llama/Llama-3.3-70B-Instruct-Turbo"],
    ["vllm", createVllm, "/v1", "Qwen/Qwen3-32B"],
    ["ollama", createOllama, "/v1", "llama3.2:3b"],
    ["kubeai", createKubeAI, "/openai/v1", "llama-3.1-8b_colorist"],
    ["self-hosted", createSelfHosted, "/anything", "mine"],
  ] as const) {
    it(`asks ${name} at its path, with its key, and says nothing that was not asked`, async () => {
      const body = await sent(create(make, name, path), model);
      assert.equal(vendor().last.target, `${path}/chat/completions`);
      assert.equal(vendor().last.headers.authorization, `Bearer ${canaryKey}`);
      const stream_options = { include_usage: true };
      assert.deepEqual(body, { model, messages, stream: true, stream_options });
    });
  }

  it("sends every parameter, tool and form to each of them", async () => {
    const responseFormat = { type: "json-schema", name: "x", schema } as const;
    for (const make of [createGroq, createTogether, createVllm, createKubeAI, createOllama]) {
      const { stream, stream_options, ...body } = await sent(
        create(make, "groq", "/v1"),
        "openai/gpt-oss-120b",
        {
          maxTokens: 5,
          temperature: 0.1,
          topP: 0.2,
          stop: ["x"],
          seed: 1,
          tools: [tool],
          responseFormat,
        },
      );
      assert.deepEqual(body, {
        model: "openai/gpt-oss-120b",
        messages,
        max_tokens: 5,
        temperature: 0.1,
        top_p: 0.2,
        stop: ["x"],
        seed: 1,
        tools: [{ type: "function", function: tool }],
        response_format: { type: "json_schema", json_schema: { name: "x", schema, strict: true } },
      });
    }
  });

  it("asks Mistral in its own words", async () => {
    const toolCalls = [{ id: "call_of_another_vendor", name: "f", arguments: "{}" }];
    const body = await sent(create(createMistral, "mistral", "/v1"), "mistral-large-latest", {
      seed: 3,
      tools: [tool],
      toolChoice: "required",
      messages: [
        { role: "user", content: "Well?", name: "Aino" },
        { role: "assistant", content: "Looking.", toolCalls },
        { role: "tool", toolCallID: "call_of_another_vendor", content: "rain" },
      ],
    });
    const [, , { tool_call_id: id }] = body["messages"] as [
      object,
      object,
      { tool_call_id: string },
    ];
    assert.match(id, /^[A-Za-z0-9]{9}$/);
    assert.deepEqual(body, {
      model: "mistral-large-latest",
      stream: true,
      random_seed: 3,
      tools: [{ type: "function", function: tool }],
      tool_choice: "required",
      messages: [
        { role: "user", content: "Aino: Well?" },
        {
          role: "assistant",
          content: "Looking.",
          tool_calls: [{ id, type: "function", function: { name: "f", arguments: "{}" } }],
        },
        { role: "tool", name: "f", tool_call_id: id, content: "rain" },
      ],
    });
  });

  it("asks Codestral, which makes no vectors and lists no models", async () => {
    const provider = create(createMistralCodestral, "mistral-codestral", "/v1");
    await sent(provider, "codestral-latest");
    assert.equal(vendor().last.target, "/v1/chat/completions");
    assert.deepEqual([provider.embed, provider.listModels], [null, null]);
  });

  it("asks an Azure deployment for the model that it serves", async () => {
    const info = { endpoint: `${vendor().origin}/`, deployments: { o1: "my-o1" } };
    const provider = createAzureOpenAI(accessTo("azure-openai", info));
    const system = [{ role: "system", content: "Be kind." }] as const;
    const body = await sent(provider, "o1", { messages: system, maxTokens: 9 });
    assert.equal(
      vendor().last.target,
      "/openai/deployments/my-o1/chat/completions?api-version=2024-10-21",
    );
    assert.equal(vendor().last.headers["api-key"], canaryKey);
    assert.equal(vendor().last.headers.authorization, undefined);
    assert.deepEqual([body["model"], body["max_completion_tokens"]], ["my-o1", 9]);
    assert.deepEqual(body["messages"], [{ role: "developer", content: "Be kind." }]);
    await sent(provider, "gpt-4o");
    assert.match(vendor().last.path, /\/deployments\/gpt-4o\//);
  });

  it("makes vectors with an Azure deployment, and lists what is deployed", async () => {
    const deployments = { "text-embedding-3-small": "my-vectors" };
    const info = { endpoint: vendor().origin, deployments, apiVersion: "2025-01-01" };
    const provider = createAzureOpenAI(accessTo("azure-openai", info));
    vendor().reply({ body: { data: [{ index: 0, embedding: [1] }] } }, { body: { data: [] } });
    assert.deepEqual(await provider.embed?.("text-embedding-3-small", ["a"], { signal }), [[1]]);
    assert.equal(
      vendor().last.target,
      "/openai/deployments/my-vectors/embeddings?api-version=2025-01-01",
    );
    assert.deepEqual(await provider.listModels?.({ signal }), ["text-embedding-3-small"]);
    assert.equal(vendor().last.target, "/openai/models?api-version=2025-01-01");
  });

  it("asks Azure's undated API, and gateways, as they want to be asked", async () => {
    for (const [info, target, header] of [
      [{ endpoint: `${vendor().origin}/openai/v1/` }, "/openai/v1/chat/completions", "api-key"],
      [
        { baseUrl: `${vendor().origin}/gpt4-turbo/`, keyHeader: "Ocp-Apim-Subscription-Key" },
        "/gpt4-turbo/chat/completions",
        "ocp-apim-subscription-key",
      ],
      [
        { baseUrl: `${vendor().origin}/x/{deployment}`, apiVersion: "2025-01-01" },
        "/x/gpt-4o/chat/completions?api-version=2025-01-01",
        "api-key",
      ],
    ] as const) {
      await sent(createAzureOpenAI(accessTo("azure-openai", info)), "gpt-4o");
      assert.equal(vendor().last.target, target);
      assert.equal(vendor().last.headers[header], canaryKey);
      assert.equal(vendor().last.headers.authorization, undefined);
    }
  });

  it("sends another Host to a server of one's own, and hangs up on it at an abort", async () => {
    const provider = create(createSelfHosted, "self-hosted", "/v1", { host: "llama.example.org" });
    await sent(provider, "mine");
    assert.equal(vendor().last.headers.host, "llama.example.org");
    assert.equal(vendor().last.headers.authorization, `Bearer ${canaryKey}`);
    vendor().reply({ body: serverSentEvents(spoken("Hi").slice(0, 2)), ending: "hang" });
    const controller = new AbortController();
    const reason = new Error("the participant left");
    const answer = Array.fromAsync(
      provider.stream("mine", asking(), { signal: controller.signal }),
    );
    const rejected = assert.rejects(answer, reason);
    await vendor().received(2);
    controller.abort(reason);
    await Promise.all([vendor().last.closed, rejected]);
  });

  it("tells a cut connection, a refusal and a redirect also behind another Host", async () => {
    const provider = create(createSelfHosted, "self-hosted", "/v1", { host: "llama.example.org" });
    const begun = serverSentEvents(spoken("Hi").slice(0, 2));
    for (const [reply, reason] of [
      [{ body: begun, ending: "drop" }, "broken-stream"],
      [{ ending: "drop" }, "connection"],
      [{ status: 429, body: { error: "slow down" } }, "rate-limit"],
      [{ status: 302, headers: { location: "/other" }, body: "" }, "other"],
    ] as const) {
      vendor().reply(reply);
      assert.equal((await failureOf(provider, "mine")).reason, reason);
    }
  });

  it("leaves answers and lists that do not end, and says how large they may be", async () => {
    const provider = create(createVllm, "vllm", "/v1");
    const headers = { "content-type": "application/json" };
    const body = Buffer.alloc(65 * 2 ** 20, "a");
    vendor().reply({ headers, body, ending: "hang" }, { headers, body, ending: "hang" });
    const expected = { code: "RESOURCE_EXHAUSTED", message: /vLLM: .*larger than the 64 MiB/ };
    await assert.rejects(eventsOf(provider, "llama"), expected);
    await assert.rejects(provider.listModels?.({ signal }) ?? Promise.resolve(), expected);
  });

  it("prints nothing of an event that cannot be read, whatever its name", async () => {
    const printed: unknown[] = [];
    console.error = (...values: unknown[]) => printed.push(values);
    const provider = create(createVllm, "vllm", "/v1");
    for (const name of ["thread.message", "message"]) {
      const headers = { "content-type": "text/event-stream" };
      vendor().reply({ headers, body: `event: ${name}\ndata: {not JSON: ${question}\n\n` });
      assert.equal((await failureOf(provider, "llama")).reason, "malformed");
    }
    assert.deepEqual(printed, []);
  });

  it("sends no key where none is needed", async () => {
    const access = accessTo("self-hosted", { baseUrl: `${vendor().origin}/v1` }, null);
    await sent(createSelfHosted(access), "mine");
    assert.equal(vendor().last.headers.authorization, undefined);
  });

  it("asks what a self-hosted server speaks", async () => {
    for (const [inferenceApi, target] of [
      ["openai", "/chat/completions"],
      ["ollama", "/v1/chat/completions"],
      ["vllm", "/v1/chat/completions"],
    ] as const) {
      await sent(create(createSelfHosted, "self-hosted", "", { inferenceApi }), "mine");
      assert.equal(vendor().last.target, target);
    }
  });

  it("refuses what Ollama would pass over", async () => {
    const provider = create(createOllama, "ollama", "/v1");
    const content = [{ type: "image", url: "https://example.org/cat.png" }] as const;
    for (const request of [
      { messages: [{ role: "user", content }] },
      { tools: [tool], toolChoice: "required" },
    ] as const) {
      const error = await failureOf(provider, "llama3.2", asking(request));
      assert.equal(error.reason, "unsupported");
    }
    assert.deepEqual(vendor().requests, []);
  });

  it("reads Together's list of models, which has nothing around it", async () => {
    vendor().reply({ body: [{ id: "a" }, { id: "b" }] });
    const provider = create(createTogether, "together", "/v1");
    assert.deepEqual(await provider.listModels?.({ signal }), ["a", "b"]);
  });

  it("cannot be made without an address that only its owner knows", () => {
    for (const make of [createSelfHosted, createAzureOpenAI]) {
      assert.throws(() => make(accessTo("self-hosted", {})), ConfigurationError);
    }
  });
});
