import assert from "node:assert/strict";
import { HttpStandIn, serverSentEvents } from "../../../test/fixtures/http-stand-in.ts";
import {
  callBegun,
  callWritten,
  counted,
  delta,
  spoken,
} from "../../../test/fixtures/openai-events.ts";
import {
  accessTo,
  asking,
  canaryKey,
  eventsOf,
  FixedKeys,
  question,
} from "../../../test/fixtures/provider-questions.ts";
import type { ChatEvent, ChatRequest } from "../../data-models/chat.ts";
import type { Provider } from "../provider.ts";
import { createOpenAI } from "./openai.ts";

const weather = {
  name: "weather",
  description: "Tells the weather",
  parameters: { type: "object", properties: { city: { type: "string" } }, required: ["city"] },
};
const sentWeather = { type: "function", function: weather };
const png = "data:image/png;base64,iVBORw0KGgo=";
const friendly = { body: serverSentEvents(spoken("Hel", "lo")) };
const finished = (reason: string): ChatEvent =>
  ({ type: "finish", reason, usage: { inputTokens: 19, outputTokens: 10 } }) as ChatEvent;

describe("the provider of OpenAI", () => {
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
    provider = createOpenAI(accessTo("openai", { baseUrl: `${vendor.origin}/v1` }, keys));
  });

  /** What is sent for a request, beside what every request holds. */
  const sent = async (request: Partial<ChatRequest>, model = "gpt-4o") => {
    vendor.reply(friendly);
    await eventsOf(provider, model, asking(request));
    const { stream, stream_options, ...body } = vendor.last.body as Record<string, unknown>;
    assert.deepEqual([stream, stream_options], [true, { include_usage: true }]);
    return body;
  };

  it("draws in whole images, and writes in parts", () => {
    assert.equal(provider.comesInParts?.("gpt-5", asking({ imageOutput: true })), false);
    assert.equal(provider.comesInParts?.("gpt-5", asking()), true);
  });

  it("streams text, and says why it ended and what it cost", async () => {
    vendor.reply(friendly);
    assert.deepEqual(await eventsOf(provider, "gpt-4o"), [
      { type: "text", text: "Hel" },
      { type: "text", text: "lo" },
      finished("stop"),
    ]);
    assert.deepEqual([vendor.last.method, vendor.last.target], ["POST", "/v1/chat/completions"]);
    assert.equal(vendor.last.headers.authorization, `Bearer ${canaryKey}`);
    const keyed = Object.values(vendor.last.headers).filter((value) =>
      String(value).includes(canaryKey),
    );
    assert.equal(keyed.length, 1);
  });

  it("sends what was asked, and nothing that was not", async () => {
    assert.deepEqual(await sent({}), {
      model: "gpt-4o",
      messages: [{ role: "user", content: question }],
    });
  });

  it("sends every parameter", async () => {
    const request = { maxTokens: 7, temperature: 0, topP: 0.5, stop: ["END", "###"], seed: 3 };
    const { messages, ...body } = await sent(request);
    assert.deepEqual(body, {
      model: "gpt-4o",
      max_tokens: 7,
      temperature: 0,
      top_p: 0.5,
      stop: ["END", "###"],
      seed: 3,
    });
  });

  it("speaks to reasoning models in the words that they know", async () => {
    const messages = [{ role: "system", content: "Be kind." }] as const;
    assert.deepEqual(await sent({ messages, maxTokens: 7 }, "o3"), {
      model: "o3",
      messages: [{ role: "developer", content: "Be kind." }],
      max_completion_tokens: 7,
    });
    const { messages: asUser } = await sent({ messages }, "o1-mini");
    assert.deepEqual(asUser, [{ role: "user", content: "Be kind." }]);
  });

  it("sends images beside text, and who speaks", async () => {
    const content = [
      { type: "text", text: "What is this?" },
      { type: "image", url: png },
      { type: "image", url: "https://example.org/cat.png" },
    ] as const;
    const { messages } = await sent({ messages: [{ role: "user", content, name: "Aino" }] });
    assert.deepEqual(messages, [
      {
        role: "user",
        name: "Aino",
        content: [
          { type: "text", text: "What is this?" },
          { type: "image_url", image_url: { url: png } },
          { type: "image_url", image_url: { url: "https://example.org/cat.png" } },
        ],
      },
    ]);
  });

  it("offers tools, and says which must be called", async () => {
    for (const [toolChoice, choice] of [
      ["auto", "auto"],
      ["none", "none"],
      ["required", "required"],
      [{ name: "weather" }, { type: "function", function: { name: "weather" } }],
    ] as const) {
      const { tools, tool_choice } = await sent({ tools: [weather], toolChoice });
      assert.deepEqual([tools, tool_choice], [[sentWeather], choice]);
    }
    assert.deepEqual((await sent({ tools: [weather] }))["tool_choice"], undefined);
  });

  it("passes parallel tool calls on whole, with the text before them", async () => {
    const events = [
      delta({ role: "assistant", content: "Looking." }),
      callBegun(0, "call_1", "weather"),
      callWritten(0, '{"city":'),
      callWritten(0, ' "Oslo"}'),
      callBegun(1, "call_2", "time"),
      callWritten(1, "{}"),
      delta({}, "tool_calls"),
      counted,
      "[DONE]",
    ];
    vendor.reply({ body: serverSentEvents(events) });
    assert.deepEqual(await eventsOf(provider, "gpt-4o", asking({ tools: [weather] })), [
      { type: "text", text: "Looking." },
      { type: "tool-call", call: { id: "call_1", name: "weather", arguments: '{"city": "Oslo"}' } },
      { type: "tool-call", call: { id: "call_2", name: "time", arguments: "{}" } },
      finished("tool-calls"),
    ]);
  });

  it("sends calls and what tools answered", async () => {
    const toolCalls = [
      { id: "call_1", name: "weather", arguments: '{"city":"Oslo"}' },
      { id: "call_2", name: "time", arguments: "" },
    ];
    const { messages } = await sent({
      messages: [
        { role: "user", content: "Well?" },
        { role: "assistant", content: "Looking.", toolCalls },
        { role: "tool", toolCallID: "call_1", content: "rain" },
        { role: "tool", toolCallID: "call_2", content: "noon" },
      ],
      tools: [weather],
    });
    const call = (id: string, name: string, json: string) => ({
      id,
      type: "function",
      function: { name, arguments: json },
    });
    assert.deepEqual(messages, [
      { role: "user", content: "Well?" },
      {
        role: "assistant",
        content: "Looking.",
        tool_calls: [call("call_1", "weather", '{"city":"Oslo"}'), call("call_2", "time", "{}")],
      },
      { role: "tool", tool_call_id: "call_1", content: "rain" },
      { role: "tool", tool_call_id: "call_2", content: "noon" },
    ]);
  });

  it("asks for JSON, and for JSON that fits a schema", async () => {
    const json = await sent({ responseFormat: { type: "json" } });
    assert.deepEqual(json["response_format"], { type: "json_object" });
    const open = { type: "object", properties: { a: { type: "number" } } };
    const closed = { ...open, required: ["a"], additionalProperties: false };
    for (const [schema, strict] of [
      [open, false],
      [closed, true],
    ] as const) {
      const body = await sent({ responseFormat: { type: "json-schema", name: "thing", schema } });
      assert.deepEqual(body["response_format"], {
        type: "json_schema",
        json_schema: { name: "thing", schema, strict },
      });
    }
  });

  it("tells a developer's messages from the system's", async () => {
    const messages = [
      { role: "system", content: "Be kind." },
      { role: "system", content: "Be brief.", isDeveloper: true },
    ] as const;
    const rolesOf = async (model: string) => {
      const body = await sent({ messages }, model);
      return (body as { messages: { role: string }[] }).messages.map(({ role }) => role);
    };
    assert.deepEqual(await rolesOf("gpt-4o"), ["system", "developer"]);
    assert.deepEqual(await rolesOf("o1-mini"), ["user", "user"]);
  });

  it("makes vectors of texts, in their order", async () => {
    const data = [
      { index: 1, embedding: [0, 1] },
      { index: 0, embedding: [1, 0] },
    ];
    vendor.reply({ body: { object: "list", data, model: "text-embedding-3-small" } });
    const { signal } = new AbortController();
    const vectors = await provider.embed?.("text-embedding-3-small", ["a", "b"], { signal });
    assert.deepEqual(vectors, [
      [1, 0],
      [0, 1],
    ]);
    assert.equal(vendor.last.target, "/v1/embeddings");
    assert.equal(vendor.last.headers.authorization, `Bearer ${canaryKey}`);
    assert.deepEqual(vendor.last.body, { model: "text-embedding-3-small", input: ["a", "b"] });
  });

  it("lists the models of its key", async () => {
    const data = [{ id: "gpt-4o", object: "model" }, { id: "o3" }];
    vendor.reply({ body: { object: "list", data } });
    const { signal } = new AbortController();
    assert.deepEqual(await provider.listModels?.({ signal }), ["gpt-4o", "o3"]);
    assert.deepEqual([vendor.last.method, vendor.last.target], ["GET", "/v1/models"]);
  });
});
