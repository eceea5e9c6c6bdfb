import assert from "node:assert/strict";
import {
  callBegun,
  callWritten,
  counted,
  delta,
  responseEvents,
  spoken,
} from "../../test/fixtures/openai-events.ts";
import { chatCompletion, modelResponse } from "../../test/fixtures/openai-stand-in.ts";
import {
  accessTo,
  asking,
  canaryKey,
  eventsOf,
  FixedKeys,
  failureOf,
  question,
  verdictOf,
} from "../../test/fixtures/provider-questions.ts";
import { serverSentEvents, VendorStandIn } from "../../test/fixtures/vendor-stand-in.ts";
import type { ChatEvent, ChatRequest } from "../data-models/chat.ts";
import { createOpenAI } from "./openai.ts";
import type { Provider } from "./provider.ts";

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
  let vendor: VendorStandIn;
  let keys: FixedKeys;
  let provider: Provider;

  before(async () => {
    vendor = await VendorStandIn.start();
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

  for (const [word, reason] of [
    ["stop", "stop"],
    ["length", "length"],
    ["content_filter", "content-filter"],
    ["tool_calls", "tool-calls"],
    ["function_call", "tool-calls"],
  ] as const) {
    it(`reads the finish reason ${word} as ${reason}`, async () => {
      vendor.reply({ body: serverSentEvents([delta({ content: "x" }), delta({}, word), counted]) });
      assert.deepEqual((await eventsOf(provider, "gpt-4o")).at(-1), finished(reason));
    });
  }

  it("ends promptly without [DONE], and knows no usage where none is told", async () => {
    vendor.reply({ body: serverSentEvents([delta({ content: "x" }), delta({}, "stop")]) });
    assert.deepEqual((await eventsOf(provider, "gpt-4o")).at(-1), {
      type: "finish",
      reason: "stop",
      usage: { inputTokens: null, outputTokens: null },
    });
  });

  it("passes a refusal on as text", async () => {
    const events = [
      delta({ role: "assistant", content: null, refusal: "I will not." }),
      delta({}, "stop"),
    ];
    vendor.reply({ body: serverSentEvents(events) });
    const [first] = await eventsOf(provider, "gpt-4o");
    assert.deepEqual(first, { type: "text", text: "I will not." });
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

  it("passes images on that come beside the text, and links to others as text", async () => {
    const image = (url: string) => ({ type: "image_url", image_url: { url } });
    const events = [
      delta({ content: [{ type: "text", text: "A cat." }, image("https://example.org/cat.png")] }),
      delta({ content: "", images: [image(png)] }),
      delta({}, "stop"),
      counted,
    ];
    vendor.reply({ body: serverSentEvents(events) });
    assert.deepEqual(await eventsOf(provider, "gpt-4o"), [
      { type: "text", text: "A cat." },
      { type: "text", text: "\nhttps://example.org/cat.png" },
      { type: "image", base64: "iVBORw0KGgo=" },
      finished("stop"),
    ]);
  });

  it("reads what servers send that are less exact", async () => {
    const events = [
      delta({ content: [{ type: "text", text: "Hel" }] }),
      delta({ tool_calls: [{ id: "a", function: { name: "f", arguments: '{"x":1}' } }] }),
      delta({ tool_calls: [{ id: "b", function: { name: "f", arguments: "" } }] }, "stop"),
    ];
    vendor.reply({ body: serverSentEvents(events) });
    const [text, first, second, last] = await eventsOf(provider, "gpt-4o");
    assert.deepEqual(text, { type: "text", text: "Hel" });
    assert.deepEqual(first, {
      type: "tool-call",
      call: { id: "a", name: "f", arguments: '{"x":1}' },
    });
    assert.deepEqual(second, { type: "tool-call", call: { id: "b", name: "f", arguments: "{}" } });
    assert.equal(last?.type === "finish" && last.reason, "tool-calls");
  });

  it("reads an answer that comes whole all the same", async () => {
    const call = (id: string) => ({
      id,
      type: "function",
      function: { name: "f", arguments: "{}" },
    });
    const message = { content: "Looking.", tool_calls: [call("a"), call("b")] };
    vendor.reply({ body: chatCompletion(message, "tool_calls") });
    assert.deepEqual(await eventsOf(provider, "gpt-4o"), [
      { type: "text", text: "Looking." },
      { type: "tool-call", call: { id: "a", name: "f", arguments: "{}" } },
      { type: "tool-call", call: { id: "b", name: "f", arguments: "{}" } },
      finished("tool-calls"),
    ]);
    for (const body of [{}, { choices: [] }]) {
      vendor.reply({ body });
      const error = await failureOf(provider, "gpt-4o");
      // Who answers in another form will do so the next time, too.
      assert.deepEqual(verdictOf(error), ["INTERNAL", "malformed", false]);
    }
  });

  it("takes an answer for broken that ends without a reason or with its connection", async () => {
    const begun = serverSentEvents([delta({ role: "assistant", content: "Hel" })]);
    for (const ending of ["end", "drop"] as const) {
      vendor.reply({ body: begun, ending });
      const error = await failureOf(provider, "gpt-4o");
      assert.deepEqual(verdictOf(error), ["UNAVAILABLE", "broken-stream", true], ending);
    }
  });

  it("takes chunks that are no JSON, and calls that are cut off, for malformed, which may pass", async () => {
    const broken = [delta({ content: "x" }), '{"choices": ['];
    const cut = [callBegun(0, "call_1", "weather"), callWritten(0, '{"ci'), delta({}, "stop")];
    for (const events of [broken, cut]) {
      vendor.reply({ body: serverSentEvents(events) });
      const error = await failureOf(provider, "gpt-4o");
      assert.deepEqual(verdictOf(error), ["INTERNAL", "malformed", true]);
    }
  });

  it("tells what breaks within the answer", async () => {
    for (const [error, verdict] of [
      [{ message: "x", type: "server_error", code: null }, ["UNAVAILABLE", "unavailable", true]],
      [
        { message: "x", type: "tokens", code: "rate_limit_exceeded" },
        ["RESOURCE_EXHAUSTED", "rate-limit", true],
      ],
      [{ message: "x", type: "BadRequestError", code: 503 }, ["UNAVAILABLE", "unavailable", true]],
    ] as const) {
      vendor.reply({ body: serverSentEvents([delta({ content: "x" }), { error }]) });
      assert.deepEqual(verdictOf(await failureOf(provider, "gpt-4o")), verdict);
    }
  });

  for (const [when, begun] of [
    ["before", []],
    ["within", [delta({ role: "assistant", content: "Hel" })]],
  ] as const) {
    it(`hangs up at an abort ${when} the answer`, async () => {
      const body = begun.length > 0 ? { body: serverSentEvents(begun) } : {};
      vendor.reply({ ...body, ending: "hang" });
      const controller = new AbortController();
      const reason = new Error("the participant left");
      const answer = Array.fromAsync(
        provider.stream("gpt-4o", asking(), { signal: controller.signal }),
      );
      const rejected = assert.rejects(answer, reason);
      await vendor.received(1);
      controller.abort(reason);
      await Promise.all([vendor.last.closed, rejected]);
    });
  }

  it("hangs up when nobody listens any longer", async () => {
    vendor.reply({ body: serverSentEvents([delta({ content: "Hel" })]), ending: "hang" });
    const { signal } = new AbortController();
    for await (const event of provider.stream("gpt-4o", asking(), { signal })) {
      assert.equal(event.type, "text");
      break;
    }
    await vendor.last.closed;
  });

  it("asks nobody when it was aborted before", async () => {
    const reason = new Error("too late");
    const answer = Array.fromAsync(
      provider.stream("gpt-4o", asking(), { signal: AbortSignal.abort(reason) }),
    );
    await assert.rejects(answer, reason);
    assert.deepEqual(vendor.requests, []);
  });

  it("lets a model draw over the Responses API, which keeps nothing", async () => {
    const item = { type: "image_generation_call", id: "ig_1", status: "completed", result: "AAAA" };
    const message = {
      type: "message",
      id: "msg_1",
      status: "completed",
      role: "assistant",
      content: [{ type: "output_text", text: "A cat.", annotations: [] }],
    };
    const response = {
      id: "resp_1",
      object: "response",
      created_at: 1741476542,
      model: "gpt-4o",
      error: null,
      incomplete_details: null,
    };
    const events = [
      { type: "response.created", response: { ...response, status: "in_progress", output: [] } },
      { type: "response.output_item.done", output_index: 0, item },
      {
        type: "response.output_text.delta",
        item_id: "msg_1",
        output_index: 1,
        content_index: 0,
        delta: "A cat.",
      },
      {
        type: "response.completed",
        response: {
          ...response,
          status: "completed",
          output: [item, message],
          usage: { input_tokens: 36, output_tokens: 87, total_tokens: 123 },
        },
      },
    ];
    vendor.reply({ body: serverSentEvents(events) });
    assert.deepEqual(await eventsOf(provider, "gpt-4o", asking({ imageOutput: true })), [
      { type: "image", base64: "AAAA" },
      { type: "text", text: "A cat." },
      { type: "finish", reason: "stop", usage: { inputTokens: 36, outputTokens: 87 } },
    ]);
    assert.equal(vendor.last.target, "/v1/responses");
    const { store, tools } = vendor.last.body as Record<string, unknown>;
    assert.deepEqual([store, tools], [false, [{ type: "image_generation" }]]);
  });

  it("tells why a response failed while the vendor worked on it", async () => {
    for (const [code, verdict] of [
      ["server_error", ["UNAVAILABLE", "unavailable", true]],
      ["rate_limit_exceeded", ["RESOURCE_EXHAUSTED", "rate-limit", true]],
      ["invalid_prompt", ["PERMISSION_DENIED", "content-filter", false]],
    ] as const) {
      const fields = { status: "failed", error: { code, message: question } };
      vendor.reply({ body: serverSentEvents(responseEvents(modelResponse([], fields))) });
      const error = await failureOf(provider, "gpt-4o", asking({ imageOutput: true }));
      assert.deepEqual(verdictOf(error), verdict);
    }
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
