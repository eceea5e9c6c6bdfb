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
import { createAnthropic } from "./anthropic.ts";

const model = "claude-sonnet-4-5-20250929";
const png = "iVBORw0KGgo=";
const weather = {
  name: "weather",
  description: "Tells the weather",
  parameters: { type: "object", properties: { city: { type: "string" } }, required: ["city"] },
};

const started = {
  type: "message_start",
  message: {
    id: "msg_01XFDUDYJgAACzvnptvVoYEL",
    type: "message",
    role: "assistant",
    model,
    content: [],
    stop_reason: null,
    stop_sequence: null,
    usage: {
      input_tokens: 25,
      cache_creation_input_tokens: 0,
      cache_read_input_tokens: 0,
      output_tokens: 8,
    },
  },
};
const ended = (stop_reason: string, output_tokens = 15) => [
  {
    type: "message_delta",
    delta: { stop_reason, stop_sequence: null },
    usage: { output_tokens },
  },
  { type: "message_stop" },
];
const textBlock = (index: number, ...pieces: string[]) => [
  { type: "content_block_start", index, content_block: { type: "text", text: "" } },
  { type: "ping" },
  ...pieces.map((text) => ({
    type: "content_block_delta",
    index,
    delta: { type: "text_delta", text },
  })),
  { type: "content_block_stop", index },
];
const toolBlock = (index: number, id: string, name: string, ...pieces: string[]) => [
  {
    type: "content_block_start",
    index,
    content_block: { type: "tool_use", id, name, input: {} },
  },
  ...pieces.map((partial_json) => ({
    type: "content_block_delta",
    index,
    delta: { type: "input_json_delta", partial_json },
  })),
  { type: "content_block_stop", index },
];
const friendly = serverSentEvents([started, ...textBlock(0, "Hel", "lo"), ...ended("end_turn")]);
const refusal = (type: string, message: string) => ({ type: "error", error: { type, message } });

/** What is looked at of a request's body. */
interface Sent {
  readonly tools: unknown;
  readonly tool_choice: unknown;
  readonly max_tokens: unknown;
}

describe("the provider of Anthropic", () => {
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
    provider = createAnthropic(accessTo("anthropic", { baseUrl: vendor.origin }, keys));
  });

  it("streams text, and says why it ended and what it cost", async () => {
    vendor.reply({ body: friendly });
    assert.deepEqual(await eventsOf(provider, model), [
      { type: "text", text: "Hel" },
      { type: "text", text: "lo" },
      { type: "finish", reason: "stop", usage: { inputTokens: 25, outputTokens: 15 } },
    ]);
    assert.equal(vendor.last.path, "/v1/messages");
    assert.equal(vendor.last.headers["x-api-key"], canaryKey);
    assert.equal(vendor.last.headers.authorization, undefined);
    assert.deepEqual(vendor.last.body, {
      model,
      max_tokens: 64_000,
      messages: [{ role: "user", content: question }],
      stream: true,
    });
  });

  it("sends every setting of the request in Anthropic's words", async () => {
    vendor.reply({ body: friendly });
    const request = asking({ maxTokens: 9, temperature: 0, stop: ["END"] });
    await eventsOf(provider, model, {
      ...request,
      messages: [{ role: "system", content: "Be kind." }, ...request.messages],
    });
    assert.deepEqual(vendor.last.body, {
      model,
      max_tokens: 9,
      temperature: 0,
      stop_sequences: ["END"],
      system: "Be kind.",
      messages: [{ role: "user", content: question }],
      stream: true,
    });
  });

  it("sends images as bytes and as addresses", async () => {
    vendor.reply({ body: friendly });
    const content = [
      { type: "text", text: "What is this?" },
      { type: "image", url: `data:image/png;base64,${png}` },
      { type: "image", url: "https://example.org/cat.jpg" },
    ] as const;
    await eventsOf(provider, model, { messages: [{ role: "user", content }] });
    const { messages } = vendor.last.body as { messages: { content: object[] }[] };
    assert.deepEqual(messages[0]?.content, [
      { type: "text", text: "What is this?" },
      { type: "image", source: { type: "base64", media_type: "image/png", data: png } },
      { type: "image", source: { type: "url", url: "https://example.org/cat.jpg" } },
    ]);
  });

  it("offers tools, and passes parallel calls on whole", async () => {
    const events = [
      started,
      ...textBlock(0, "Looking."),
      ...toolBlock(1, "toolu_1", "weather", '{"city"', ': "Oslo"}'),
      ...toolBlock(2, "toolu_2", "weather", '{"city": "Rome"}'),
      ...ended("tool_use", 89),
    ];
    vendor.reply({ body: serverSentEvents(events) });
    const request = asking({ tools: [weather], toolChoice: "required" });
    assert.deepEqual(await eventsOf(provider, model, request), [
      { type: "text", text: "Looking." },
      {
        type: "tool-call",
        call: { id: "toolu_1", name: "weather", arguments: '{"city": "Oslo"}' },
      },
      {
        type: "tool-call",
        call: { id: "toolu_2", name: "weather", arguments: '{"city": "Rome"}' },
      },
      { type: "finish", reason: "tool-calls", usage: { inputTokens: 25, outputTokens: 89 } },
    ]);
    const body = vendor.last.body as Sent;
    const { name, description, parameters } = weather;
    assert.deepEqual(body.tools, [{ name, description, input_schema: parameters }]);
    assert.deepEqual(body.tool_choice, { type: "any" });
  });

  it("says which tool must be called, and that none may be", async () => {
    for (const [toolChoice, sent] of [
      [{ name: "weather" }, { type: "tool", name: "weather" }],
      ["auto", { type: "auto" }],
      ["none", { type: "none" }],
    ] as const) {
      vendor.reply({ body: friendly });
      await eventsOf(provider, model, asking({ tools: [weather], toolChoice }));
      assert.deepEqual((vendor.last.body as { tool_choice: unknown }).tool_choice, sent);
    }
  });

  it("sends what tools answered, parallel ones in one message", async () => {
    vendor.reply({ body: friendly });
    const call = (id: string, city: string) => ({
      id,
      name: "weather",
      arguments: JSON.stringify({ city }),
    });
    await eventsOf(provider, model, {
      tools: [weather],
      messages: [
        { role: "user", content: "Compare." },
        { role: "assistant", content: "", toolCalls: [call("t1", "Oslo"), call("t2", "Rome")] },
        { role: "tool", toolCallID: "t1", content: "snow" },
        { role: "tool", toolCallID: "t2", content: "sun" },
      ],
    });
    const { messages } = vendor.last.body as { messages: object[] };
    assert.deepEqual(messages.slice(1), [
      {
        role: "assistant",
        content: [
          { type: "tool_use", id: "t1", name: "weather", input: { city: "Oslo" } },
          { type: "tool_use", id: "t2", name: "weather", input: { city: "Rome" } },
        ],
      },
      {
        role: "user",
        content: [
          { type: "tool_result", tool_use_id: "t1", content: "snow" },
          { type: "tool_result", tool_use_id: "t2", content: "sun" },
        ],
      },
    ]);
  });

  const schema = {
    type: "object",
    properties: { a: { type: "integer" } },
    required: ["a"],
    additionalProperties: false,
  };
  const responseFormat = { type: "json-schema", name: "sum", schema } as const;

  it("holds newer models to a JSON schema", async () => {
    vendor.reply({ body: friendly });
    await eventsOf(provider, model, asking({ responseFormat }));
    const { output_config } = vendor.last.body as { output_config: unknown };
    assert.deepEqual(output_config, { format: { type: "json_schema", schema } });
  });

  it("holds older models to a JSON schema by a tool, whose arguments are the answer", async () => {
    const events = [
      started,
      ...textBlock(0, "I call it."),
      ...toolBlock(1, "toolu_1", "sum", '{"a":', "3}"),
      ...ended("tool_use"),
    ];
    vendor.reply({ body: serverSentEvents(events) });
    assert.deepEqual(
      await eventsOf(provider, "claude-3-5-haiku-20241022", asking({ responseFormat })),
      [
        { type: "text", text: '{"a":3}' },
        { type: "finish", reason: "stop", usage: { inputTokens: 25, outputTokens: 15 } },
      ],
    );
    const body = vendor.last.body as Sent;
    assert.deepEqual(body.tool_choice, { type: "tool", name: "sum" });
    assert.equal(body.max_tokens, 8192);
  });

  for (const [word, reason] of [
    ["end_turn", "stop"],
    ["stop_sequence", "stop"],
    ["max_tokens", "length"],
    ["model_context_window_exceeded", "length"],
    ["refusal", "content-filter"],
  ] as const) {
    it(`reads the stop reason ${word} as ${reason}`, async () => {
      vendor.reply({ body: serverSentEvents([started, ...textBlock(0, "x"), ...ended(word)]) });
      const last = (await eventsOf(provider, model)).at(-1);
      assert.deepEqual(last?.type === "finish" && last.reason, reason);
    });
  }

  const refused: [string, string, Parameters<typeof asking>[0], RegExp][] = [
    ["JSON without a schema", model, { responseFormat: { type: "json" } }, /JSON answers/],
    ["a seed", model, { seed: 1 }, /seed/],
    ["temperature beside topP", model, { temperature: 1, topP: 1 }, /temperature or topP/],
    ["temperature to a newer model", "claude-opus-4-7", { temperature: 1 }, /temperature/],
    [
      "a tool that LangChain would leave out",
      model,
      { tools: [{ name: "odd", parameters: { type: "object", anyOf: [] } }] },
      /"odd".*anyOf/,
    ],
    [
      "tools beside a schema to an older model",
      "claude-3-opus-20240229",
      { tools: [weather], responseFormat },
      /not both/,
    ],
    ["tools to an elder", "claude-2.1", { tools: [weather] }, /tools/],
    [
      "images to an elder",
      "claude-2.1",
      { messages: [{ role: "user", content: [{ type: "image", url: "https://x.y/z.png" }] }] },
      /images/,
    ],
  ];
  for (const [what, name, fields, problem] of refused) {
    it(`refuses ${what} before the call`, async () => {
      const error = await failureOf(provider, name, asking(fields));
      assert.deepEqual(verdictOf(error), ["INVALID_ARGUMENT", "unsupported", false]);
      assert.match(error.message, problem);
      assert.deepEqual(vendor.requests, []);
    });
  }

  const errors: [string, number, object, readonly unknown[]][] = [
    [
      "a request that it does not take",
      400,
      refusal("invalid_request_error", `messages: ${question} ${canaryKey}`),
      ["INVALID_ARGUMENT", "bad-request", false],
    ],
    [
      "a conversation that is too long",
      400,
      refusal("invalid_request_error", "prompt is too long: 210000 tokens > 200000 maximum"),
      ["INVALID_ARGUMENT", "context-length", false],
    ],
    [
      "input and limit that are too long together",
      400,
      refusal(
        "invalid_request_error",
        "input length and `max_tokens` exceed context limit: 188240 + 21333 > 200000, decrease input length or `max_tokens` and try again",
      ),
      ["INVALID_ARGUMENT", "context-length", false],
    ],
    [
      "an account without credit",
      400,
      refusal(
        "invalid_request_error",
        "Your credit balance is too low to access the Anthropic API. Please go to Plans & Billing to upgrade or purchase credits.",
      ),
      ["RESOURCE_EXHAUSTED", "quota", false],
    ],
    [
      "a wrong key",
      401,
      refusal("authentication_error", `invalid x-api-key ${canaryKey}`),
      ["UNAUTHENTICATED", "access", false],
    ],
    [
      "a key without permission",
      403,
      refusal("permission_error", "Your API key may not use this"),
      ["PERMISSION_DENIED", "access", false],
    ],
    [
      "an unknown model",
      404,
      refusal("not_found_error", "model: claude-0"),
      ["NOT_FOUND", "not-found", false],
    ],
    [
      "a request that is too large",
      413,
      refusal("request_too_large", "Request exceeds the maximum size"),
      ["INVALID_ARGUMENT", "bad-request", false],
    ],
    [
      "too many requests",
      429,
      refusal("rate_limit_error", "This request would exceed your rate limit"),
      ["RESOURCE_EXHAUSTED", "rate-limit", true],
    ],
    ["a failure", 500, refusal("api_error", question), ["UNAVAILABLE", "unavailable", true]],
    [
      "an overload",
      529,
      refusal("overloaded_error", "Overloaded"),
      ["UNAVAILABLE", "unavailable", true],
    ],
  ];
  for (const [what, status, body, verdict] of errors) {
    it(`tells ${what} (${status}), once and without key and question`, async () => {
      vendor.reply({ status, body, headers: { "retry-after": "7", "request-id": "req_1" } });
      const error = await failureOf(provider, model);
      assert.deepEqual(verdictOf(error), verdict);
      assert.equal(error.retryAfterMs, 7000);
      assert.equal(vendor.requests.length, 1);
      assert.equal(keys.refusals, status === 401 ? 1 : 0);
    });
  }

  it("tells an overload that comes within the answer", async () => {
    const broken = refusal("overloaded_error", `Overloaded ${canaryKey}`);
    vendor.reply({ body: serverSentEvents([started, ...textBlock(0, "Hel"), broken]) });
    const error = await failureOf(provider, model);
    assert.deepEqual(verdictOf(error), ["UNAVAILABLE", "unavailable", true]);
  });

  it("takes an answer for broken that ends without a reason or with its connection", async () => {
    const begun = serverSentEvents([started, ...textBlock(0, "Hel")]);
    for (const ending of ["end", "drop"] as const) {
      vendor.reply({ body: begun, ending });
      const error = await failureOf(provider, model);
      assert.deepEqual(verdictOf(error), ["UNAVAILABLE", "broken-stream", true]);
    }
  });

  it("makes one system message of several, and joins what the user says in a row", async () => {
    vendor.reply({ body: friendly });
    await eventsOf(provider, model, {
      messages: [
        { role: "system", content: "a" },
        { role: "user", content: "b" },
        { role: "system", content: "c" },
        { role: "user", content: "d" },
      ],
    });
    const { system, messages } = vendor.last.body as { system: string; messages: object[] };
    assert.equal(system, "a\n\nc");
    assert.deepEqual(messages, [
      {
        role: "user",
        content: [
          { type: "text", text: "b" },
          { type: "text", text: "d" },
        ],
      },
    ]);
  });

  it("hangs up at once when nobody waits any longer", async () => {
    vendor.reply({ body: serverSentEvents([started, ...textBlock(0, "Hel")]), ending: "hang" });
    const controller = new AbortController();
    const reason = new Error("the participant left");
    const events = provider.stream(model, asking(), { signal: controller.signal });
    await assert.rejects(async () => {
      for await (const event of events) if (event.type === "text") controller.abort(reason);
    }, reason);
    await vendor.last.closed;
  });

  it("lists the models of all pages", async () => {
    vendor.reply(
      { body: { data: [{ id: "claude-a", type: "model" }], has_more: true, last_id: "claude-a" } },
      { body: { data: [{ id: "claude-b", type: "model" }], has_more: false, last_id: "claude-b" } },
    );
    const { signal } = new AbortController();
    assert.deepEqual(await provider.listModels?.({ signal }), ["claude-a", "claude-b"]);
    assert.deepEqual(
      vendor.requests.map(({ target }) => target),
      ["/v1/models?limit=1000", "/v1/models?limit=1000&after_id=claude-a"],
    );
    assert.equal(vendor.last.headers["x-api-key"], canaryKey);
  });
});
