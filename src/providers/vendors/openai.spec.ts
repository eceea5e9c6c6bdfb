import assert from "node:assert/strict";
import { z } from "zod";
import { openAIForm, openAIToolTalk } from "../../../test/fixtures/openai-events.ts";
import {
  accessTo,
  asking,
  canaryKey,
  question,
} from "../../../test/fixtures/provider-questions.ts";
import { openAIFailures } from "../../../test/suites/openai-failures.ts";
import { describeProvider, png, showing, weather } from "../../../test/suites/provider.ts";
import type { ChatRequest } from "../../data-models/chat.ts";
import { createOpenAI } from "./openai.ts";

const picture = `data:image/png;base64,${png}`;
const streamed = { stream: true, stream_options: { include_usage: true } };
const asked = { model: "gpt-4o", messages: [{ role: "user", content: question }], ...streamed };
const sentWeather = { tools: [{ type: "function", function: weather }] };
const chosen = { type: "function", function: { name: "weather" } };

describeProvider(
  "the provider of OpenAI",
  {
    ...openAIForm(),
    create: (origin, keys) => createOpenAI(accessTo("openai", { baseUrl: `${origin}/v1` }, keys)),
    model: "gpt-4o",
    asked: {
      target: "/v1/chat/completions",
      keyed: { authorization: `Bearer ${canaryKey}` },
      body: asked,
    },
    settings: [
      { maxTokens: 7, temperature: 0, topP: 0.5, stop: ["END", "###"], seed: 3 },
      { ...asked, max_tokens: 7, temperature: 0, top_p: 0.5, stop: ["END", "###"], seed: 3 },
    ],
    images: [
      {
        messages: [
          {
            role: "user",
            name: "Aino",
            content: [
              { type: "text", text: "What is this?" },
              { type: "image", url: picture },
              { type: "image", url: "https://example.org/cat.png" },
            ],
          },
        ],
      },
      {
        messages: [
          {
            role: "user",
            name: "Aino",
            content: [
              { type: "text", text: "What is this?" },
              { type: "image_url", image_url: { url: picture } },
              { type: "image_url", image_url: { url: "https://example.org/cat.png" } },
            ],
          },
        ],
      },
    ],
    tools: {
      sent: { ...sentWeather, tool_choice: undefined },
      choices: [
        ["auto", { ...sentWeather, tool_choice: "auto" }],
        ["none", { ...sentWeather, tool_choice: "none" }],
        ["required", { ...sentWeather, tool_choice: "required" }],
        [{ name: "weather" }, { ...sentWeather, tool_choice: chosen }],
      ],
      talk: { messages: openAIToolTalk },
    },
    reasons: {
      stop: "stop",
      length: "length",
      content_filter: "content-filter",
      tool_calls: "tool-calls",
      function_call: "tool-calls",
    },
    refused: {
      images: [showing(picture), /images/, "gpt-4"],
      JSON: [{ responseFormat: { type: "json" } }, /JSON answers/, "gpt-4"],
      "a JSON schema": [
        { responseFormat: { type: "json-schema", name: "x", schema: {} } },
        /a JSON schema/,
        "gpt-4-turbo",
      ],
      tools: [{ tools: [weather] }, /tools/, "o1-mini"],
      "stop words while it thinks": [{ temperature: 0, stop: ["x"] }, /stop/, "o3"],
      "topP while it thinks": [{ topP: 1 }, /topP/, "gpt-5-mini"],
      "a choice among no tools": [{ toolChoice: "required" }, /choice of a tool/],
      "a choice that there is not": [
        { tools: [weather], toolChoice: { name: "g" } },
        /choice of a tool/,
      ],
      "a seed for a drawing": [{ imageOutput: true, seed: 1 }, /neither stop nor seed/],
    },
    failures: openAIFailures(canaryKey),
    lists: {
      pages: [
        { body: { object: "list", data: [{ id: "gpt-4o", object: "model" }, { id: "o3" }] } },
      ],
      names: ["gpt-4o", "o3"],
      targets: ["/v1/models"],
    },
  },
  (at) => {
    /** What is sent for a request, beside what every request holds. */
    const sent = async (request: Partial<ChatRequest>, model = "gpt-4o") => {
      const { stream, stream_options, ...body } = await at().sent(request, model);
      assert.deepEqual({ stream, stream_options }, streamed);
      return body;
    };
    const { signal } = new AbortController();

    it("draws in whole images, and writes in parts", () => {
      assert.equal(at().provider.comesInParts?.("gpt-5", asking({ imageOutput: true })), false);
      assert.equal(at().provider.comesInParts?.("gpt-5", asking()), true);
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
        return z
          .array(z.object({ role: z.string() }))
          .parse(body["messages"])
          .map(({ role }) => role);
      };
      assert.deepEqual(await rolesOf("gpt-4o"), ["system", "developer"]);
      assert.deepEqual(await rolesOf("o1-mini"), ["user", "user"]);
    });

    it("makes vectors of texts, in their order", async () => {
      const data = [
        { index: 1, embedding: [0, 1] },
        { index: 0, embedding: [1, 0] },
      ];
      const { provider, vendor } = at();
      vendor.reply({ body: { object: "list", data, model: "text-embedding-3-small" } });
      const vectors = await provider.embed?.("text-embedding-3-small", ["a", "b"], { signal });
      assert.deepEqual(vectors, [
        [1, 0],
        [0, 1],
      ]);
      assert.equal(vendor.last.target, "/v1/embeddings");
      assert.equal(vendor.last.headers.authorization, `Bearer ${canaryKey}`);
      assert.deepEqual(vendor.last.body, { model: "text-embedding-3-small", input: ["a", "b"] });
    });

    it("sends an empty argument list as an empty object", async () => {
      const toolCalls = [{ id: "call_2", name: "time", arguments: "" }];
      const { messages } = await sent({
        messages: [{ role: "assistant", content: "Looking.", toolCalls }],
      });
      const call = { id: "call_2", type: "function", function: { name: "time", arguments: "{}" } };
      assert.deepEqual(messages, [{ role: "assistant", content: "Looking.", tool_calls: [call] }]);
    });
  },
);
