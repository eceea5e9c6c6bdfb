import assert from "node:assert/strict";
import { HttpStandIn, serverSentEvents } from "../../../test/fixtures/http-stand-in.ts";
import {
  accessTo,
  asking,
  canaryKey,
  eventsOf,
  FixedKeys,
  failureOf,
  question,
  verdictOf,
} from "../../../test/fixtures/provider-questions.ts";
import type { Provider } from "../provider.ts";
import { createCohere } from "./cohere.ts";

const model = "command-a-03-2025";
const weather = {
  name: "weather",
  description: "Tells the weather",
  parameters: { type: "object", properties: { city: { type: "string" } }, required: ["city"] },
};
const chunk = (delta: object, finish_reason: string | null = null, fields: object = {}) => ({
  id: "chat-1",
  object: "chat.completion.chunk",
  created: 1,
  model,
  choices: [{ index: 0, delta, finish_reason }],
  ...fields,
});
const usage = { prompt_tokens: 7, completion_tokens: 2, total_tokens: 9 };
const friendly = serverSentEvents([
  chunk({ role: "assistant", content: "Hel" }),
  chunk({ content: "lo" }),
  chunk({}, "stop", { usage }),
  "[DONE]",
]);

describe("the provider of Cohere", () => {
  let vendor: HttpStandIn;
  let keys: FixedKeys;
  let provider: Provider;

  before(async () => {
    vendor = await HttpStandIn.start();
  });
  after(() => vendor.close());
  beforeEach(() => {
    vendor.reset();
    keys = new FixedKeys();
    provider = createCohere(accessTo("cohere", { baseUrl: vendor.origin }, keys));
  });

  it("streams text with every setting of the request", async () => {
    vendor.reply({ body: friendly });
    const settings = { maxTokens: 9, temperature: 0, topP: 0.5, stop: ["END"], seed: 7 };
    assert.deepEqual(await eventsOf(provider, model, asking(settings)), [
      { type: "text", text: "Hel" },
      { type: "text", text: "lo" },
      { type: "finish", reason: "stop", usage: { inputTokens: 7, outputTokens: 2 } },
    ]);
    assert.equal(vendor.last.path, "/compatibility/v1/chat/completions");
    assert.equal(vendor.last.headers.authorization, `Bearer ${canaryKey}`);
    assert.deepEqual(vendor.last.body, {
      model,
      messages: [{ role: "user", content: question }],
      max_tokens: 9,
      temperature: 0,
      top_p: 0.5,
      stop: ["END"],
      seed: 7,
      stream: true,
    });
  });

  it("sends images to models that see", async () => {
    vendor.reply({ body: friendly });
    const url = "data:image/png;base64,iVBORw0KGgo=";
    const content = [{ type: "image", url }] as const;
    await eventsOf(provider, "command-a-vision-07-2025", {
      messages: [{ role: "user", content }],
    });
    const { messages } = vendor.last.body as { messages: object };
    assert.deepEqual(messages, [
      { role: "user", content: [{ type: "image_url", image_url: { url } }] },
    ]);
  });

  it("asks for JSON, and for a schema's, in Cohere's own form", async () => {
    const schema = weather.parameters;
    for (const [responseFormat, sent] of [
      [{ type: "json" }, { type: "json_object" }],
      [
        { type: "json-schema", name: "place", schema },
        { type: "json_object", schema },
      ],
    ] as const) {
      vendor.reply({ body: friendly });
      await eventsOf(provider, model, asking({ responseFormat }));
      const { response_format } = vendor.last.body as { response_format: object };
      assert.deepEqual(response_format, sent);
    }
  });

  it("offers tools, passes parallel calls on whole, and sends what the tools answered", async () => {
    const call = (index: number, id: string, city: string) => ({
      index,
      id,
      type: "function",
      function: { name: "weather", arguments: JSON.stringify({ city }) },
    });
    const calls = [call(0, "c1", "Oslo"), call(1, "c2", "Rome")];
    vendor.reply({
      body: serverSentEvents([
        ...calls.map((made) => chunk({ tool_calls: [made] })),
        chunk({}, "tool_calls", { usage }),
        "[DONE]",
      ]),
    });
    const toolCalls = calls.map(({ id, function: { name, arguments: json } }) => ({
      id,
      name,
      arguments: json,
    }));
    const events = await eventsOf(provider, model, asking({ tools: [weather] }));
    assert.deepEqual(
      events.flatMap((event) => (event.type === "tool-call" ? event.call : [])),
      toolCalls,
    );
    const { tools } = vendor.last.body as { tools: object };
    assert.deepEqual(tools, [{ type: "function", function: weather }]);
    vendor.reply({ body: friendly });
    await eventsOf(provider, model, {
      tools: [weather],
      messages: [
        { role: "user", content: "Compare." },
        { role: "assistant", content: "", toolCalls },
        { role: "tool", toolCallID: "c1", content: "snow" },
        { role: "tool", toolCallID: "c2", content: "sun" },
      ],
    });
    const { messages } = vendor.last.body as { messages: object[] };
    assert.deepEqual(messages.slice(2), [
      { role: "tool", tool_call_id: "c1", content: "snow" },
      { role: "tool", tool_call_id: "c2", content: "sun" },
    ]);
  });

  const image = { role: "user", content: [{ type: "image", url: "https://x.y/z.png" }] } as const;
  const refused: [string, Parameters<typeof asking>[0], RegExp][] = [
    ["images to a blind model", { messages: [image] }, /images/],
    ["a forced tool", { tools: [weather], toolChoice: "required" }, /decide themselves/],
    ["a ban on tools", { tools: [weather], toolChoice: "none" }, /decide themselves/],
  ];
  for (const [what, fields, problem] of refused) {
    it(`refuses ${what} before the call`, async () => {
      const error = await failureOf(provider, model, asking(fields));
      assert.deepEqual(verdictOf(error), ["INVALID_ARGUMENT", "unsupported", false]);
      assert.match(error.message, problem);
      assert.deepEqual(vendor.requests, []);
    });
  }

  const errors: [string, number, string, readonly unknown[]][] = [
    ["a request", 400, `bad ${question} ${canaryKey}`, ["INVALID_ARGUMENT", "bad-request", false]],
    [
      "a conversation that is too long",
      400,
      "too many tokens: size limit exceeded by 11326 tokens. Try using shorter or fewer inputs.",
      ["INVALID_ARGUMENT", "context-length", false],
    ],
    ["a wrong key", 401, `invalid api token ${canaryKey}`, ["UNAUTHENTICATED", "access", false]],
    ["a blocked key", 498, "invalid token", ["UNAUTHENTICATED", "access", false]],
    ["a missing payment", 402, "billing", ["RESOURCE_EXHAUSTED", "quota", false]],
    ["an unknown model", 404, "model 'x' not found", ["NOT_FOUND", "not-found", false]],
    ["too many requests", 429, "rate limited", ["RESOURCE_EXHAUSTED", "rate-limit", true]],
    [
      "a trial that is used up",
      429,
      "You are using a Trial key, which is limited to 1000 API calls / month.",
      ["RESOURCE_EXHAUSTED", "quota", false],
    ],
    ["a failure", 500, question, ["UNAVAILABLE", "unavailable", true]],
    ["a service that is away", 503, "unavailable", ["UNAVAILABLE", "unavailable", true]],
  ];
  for (const [what, status, message, verdict] of errors) {
    it(`tells ${what} (${status}), once and without key and question`, async () => {
      vendor.reply({ status, body: { id: "x", message } });
      const error = await failureOf(provider, model);
      assert.deepEqual(verdictOf(error), verdict);
      assert.equal(vendor.requests.length, 1);
      assert.equal(keys.refusals, error.code === "UNAUTHENTICATED" ? 1 : 0);
    });
  }

  it("hangs up at once when nobody waits any longer", async () => {
    vendor.reply({ body: friendly.slice(0, friendly.indexOf("\n\n") + 2), ending: "hang" });
    const controller = new AbortController();
    const reason = new Error("the participant left");
    const events = provider.stream(model, asking(), { signal: controller.signal });
    await assert.rejects(async () => {
      for await (const event of events) if (event.type === "text") controller.abort(reason);
    }, reason);
    await vendor.last.closed;
  });

  it("embeds texts, and lists the models of all pages", async () => {
    const { signal } = new AbortController();
    vendor.reply({ body: { object: "list", data: [{ index: 0, embedding: [1, 2] }], model } });
    assert.deepEqual(await provider.embed?.("embed-v4.0", ["a"], { signal }), [[1, 2]]);
    assert.equal(vendor.last.path, "/compatibility/v1/embeddings");
    vendor.reply(
      { body: { models: [{ name: "command-a" }], next_page_token: "more" } },
      { body: { models: [{ name: "command-b" }] } },
    );
    assert.deepEqual(await provider.listModels?.({ signal }), ["command-a", "command-b"]);
    assert.equal(vendor.last.target, "/v1/models?page_size=1000&page_token=more");
  });
});
