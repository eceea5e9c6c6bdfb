import assert from "node:assert/strict";
import { type HttpAnswer, serverSentEvents } from "../../../test/fixtures/http-stand-in.ts";
import {
  accessTo,
  canaryKey,
  question,
  verdictOf,
} from "../../../test/fixtures/provider-questions.ts";
import {
  describeProvider,
  png,
  showing,
  verdicts,
  weather,
} from "../../../test/suites/provider.ts";
import { createAnthropic } from "./anthropic.ts";

const model = "claude-sonnet-4-5-20250929";

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
const ended = (stop_reason: string) => [
  {
    type: "message_delta",
    delta: { stop_reason, stop_sequence: null },
    usage: { output_tokens: 15 },
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
const streamed = (...events: object[]): HttpAnswer => ({
  body: serverSentEvents([started, ...events]),
});
const failing = (status: number, type: string, message: string, headers = {}): HttpAnswer => ({
  status,
  headers: { "request-id": "req_1", ...headers },
  body: { type: "error", error: { type, message } },
});
const invalid = (message: string) => failing(400, "invalid_request_error", message);

const schema = {
  type: "object",
  properties: { a: { type: "integer" } },
  required: ["a"],
  additionalProperties: false,
};
const responseFormat = { type: "json-schema", name: "sum", schema } as const;
const asked = { role: "user", content: question } as const;
const toolUse = (id: string, city: string) => ({
  type: "tool_use",
  id,
  name: "weather",
  input: { city },
});
const { name, description, parameters } = weather;

describeProvider(
  "the provider of Anthropic",
  {
    create: (origin, keys) => createAnthropic(accessTo("anthropic", { baseUrl: origin }, keys)),
    model,
    friendly: streamed(...textBlock(0, "Hel", "lo"), ...ended("end_turn")),
    begun: streamed(...textBlock(0, "Hel")),
    calling: (calls) =>
      streamed(
        ...textBlock(0, "Looking."),
        ...calls.flatMap(({ id, name, arguments: json }, index) =>
          toolBlock(index + 1, id, name, json.slice(0, 7), json.slice(7)),
        ),
        ...ended("tool_use"),
      ),
    usage: { inputTokens: 25, outputTokens: 15 },
    asked: {
      target: "/v1/messages",
      keyed: { "x-api-key": canaryKey },
      body: { model, max_tokens: 64_000, messages: [asked], stream: true },
    },
    settings: [
      {
        maxTokens: 9,
        temperature: 0,
        stop: ["END"],
        messages: [{ role: "system", content: "Be kind." }, asked],
      },
      {
        model,
        max_tokens: 9,
        temperature: 0,
        stop_sequences: ["END"],
        system: "Be kind.",
        messages: [asked],
        stream: true,
      },
    ],
    images: [
      {
        messages: [
          {
            role: "user",
            content: [
              { type: "text", text: "What is this?" },
              { type: "image", url: `data:image/png;base64,${png}` },
              { type: "image", url: "https://example.org/cat.jpg" },
            ],
          },
        ],
      },
      {
        messages: [
          {
            role: "user",
            content: [
              { type: "text", text: "What is this?" },
              { type: "image", source: { type: "base64", media_type: "image/png", data: png } },
              { type: "image", source: { type: "url", url: "https://example.org/cat.jpg" } },
            ],
          },
        ],
      },
    ],
    tools: {
      sent: { tools: [{ name, description, input_schema: parameters }] },
      choices: [
        ["required", { tool_choice: { type: "any" } }],
        [{ name }, { tool_choice: { type: "tool", name } }],
        ["auto", { tool_choice: { type: "auto" } }],
        ["none", { tool_choice: { type: "none" } }],
      ],
      talk: {
        messages: [
          { role: "user", content: "Compare." },
          { role: "assistant", content: [toolUse("c1", "Oslo"), toolUse("c2", "Rome")] },
          {
            role: "user",
            content: [
              { type: "tool_result", tool_use_id: "c1", content: "snow" },
              { type: "tool_result", tool_use_id: "c2", content: "sun" },
            ],
          },
        ],
      },
    },
    ended: (word) => streamed(...textBlock(0, "x"), ...ended(word)),
    reasons: {
      end_turn: "stop",
      stop_sequence: "stop",
      max_tokens: "length",
      model_context_window_exceeded: "length",
      refusal: "content-filter",
    },
    refused: {
      "JSON without a schema": [{ responseFormat: { type: "json" } }, /JSON answers/],
      "a seed": [{ seed: 1 }, /seed/],
      "temperature beside topP": [{ temperature: 1, topP: 1 }, /temperature or topP/],
      "temperature to a newer model": [{ temperature: 1 }, /temperature/, "claude-opus-4-7"],
      "a tool that LangChain would leave out": [
        { tools: [{ name: "odd", parameters: { type: "object", anyOf: [] } }] },
        /"odd".*anyOf/,
      ],
      "tools beside a schema to an older model": [
        { tools: [weather], responseFormat },
        /not both/,
        "claude-3-opus-20240229",
      ],
      "tools to an elder": [{ tools: [weather] }, /tools/, "claude-2.1"],
      "images to an elder": [showing("https://x.y/z.png"), /images/, "claude-2.1"],
    },
    failures: {
      "a request that it does not take": [
        invalid(`messages: ${question} ${canaryKey}`),
        verdicts.badRequest,
      ],
      "a conversation that is too long": [
        invalid("prompt is too long: 210000 tokens > 200000 maximum"),
        verdicts.contextLength,
      ],
      "input and limit that are too long together": [
        invalid(
          "input length and `max_tokens` exceed context limit: 188240 + 21333 > 200000, decrease input length or `max_tokens` and try again",
        ),
        verdicts.contextLength,
      ],
      "an account without credit": [
        invalid(
          "Your credit balance is too low to access the Anthropic API. Please go to Plans & Billing to upgrade or purchase credits.",
        ),
        verdicts.quota,
      ],
      "a wrong key": [
        failing(401, "authentication_error", `invalid x-api-key ${canaryKey}`),
        verdicts.wrongKey,
      ],
      "a key without permission": [
        failing(403, "permission_error", "Your API key may not use this"),
        verdicts.forbidden,
      ],
      "an unknown model": [failing(404, "not_found_error", "model: claude-0"), verdicts.notFound],
      "a request that is too large": [
        failing(413, "request_too_large", "Request exceeds the maximum size"),
        verdicts.badRequest,
      ],
      "too many requests, and how long to wait": [
        failing(429, "rate_limit_error", "This request would exceed your rate limit", {
          "retry-after": "7",
        }),
        verdicts.rateLimit,
        /too many/,
        7000,
      ],
      "a failure": [failing(500, "api_error", question), verdicts.unavailable],
      "an overload": [failing(529, "overloaded_error", "Overloaded"), verdicts.unavailable],
    },
    lists: {
      pages: [
        { body: { data: [{ id: "claude-a" }], has_more: true, last_id: "claude-a" } },
        { body: { data: [{ id: "claude-b" }], has_more: false, last_id: "claude-b" } },
      ],
      names: ["claude-a", "claude-b"],
      targets: ["/v1/models?limit=1000", "/v1/models?limit=1000&after_id=claude-a"],
    },
  },
  (at) => {
    it("holds newer models to a JSON schema", async () => {
      const { output_config } = await at().sent({ responseFormat });
      assert.deepEqual(output_config, { format: { type: "json_schema", schema } });
    });

    it("holds older models to a JSON schema by a tool, whose arguments are the answer", async () => {
      const reply = streamed(
        ...textBlock(0, "I call it."),
        ...toolBlock(1, "toolu_1", "sum", '{"a":', "3}"),
        ...ended("tool_use"),
      );
      assert.deepEqual(await at().events(reply, { responseFormat }, "claude-3-5-haiku-20241022"), [
        { type: "text", text: '{"a":3}' },
        { type: "finish", reason: "stop", usage: { inputTokens: 25, outputTokens: 15 } },
      ]);
      const { tool_choice, max_tokens } = at().vendor.last.fields;
      assert.deepEqual([tool_choice, max_tokens], [{ type: "tool", name: "sum" }, 8192]);
    });

    it("tells an overload that comes within the answer", async () => {
      const error = { type: "overloaded_error", message: `Overloaded ${canaryKey}` };
      const reply = streamed(...textBlock(0, "Hel"), { type: "error", error });
      assert.deepEqual(verdictOf(await at().failure(reply)), verdicts.unavailable);
    });

    it("makes one system message of several, and joins what the user says in a row", async () => {
      const { system, messages } = await at().sent({
        messages: [
          { role: "system", content: "a" },
          { role: "user", content: "b" },
          { role: "system", content: "c" },
          { role: "user", content: "d" },
        ],
      });
      assert.equal(system, "a\n\nc");
      const content = ["b", "d"].map((text) => ({ type: "text", text }));
      assert.deepEqual(messages, [{ role: "user", content }]);
    });
  },
);
