import assert from "node:assert/strict";
import type { HttpAnswer } from "../../../test/fixtures/http-stand-in.ts";
import { openAIForm, openAIImage, openAISettings } from "../../../test/fixtures/openai-events.ts";
import { accessTo, canaryKey, question } from "../../../test/fixtures/provider-questions.ts";
import {
  describeProvider,
  openAITools,
  showing,
  verdicts,
  weather,
} from "../../../test/suites/provider.ts";
import { createCohere } from "./cohere.ts";

const model = "command-a-03-2025";
const body = { model, messages: [{ role: "user", content: question }], stream: true };
const image = "data:image/png;base64,iVBORw0KGgo=";
const failing = (status: number, message: string): HttpAnswer => ({
  status,
  body: { id: "x", message },
});

describeProvider(
  "the provider of Cohere",
  {
    ...openAIForm({ countsWithin: true }),
    create: (origin, keys) => createCohere(accessTo("cohere", { baseUrl: origin }, keys)),
    model,
    asked: {
      target: "/compatibility/v1/chat/completions",
      keyed: { authorization: `Bearer ${canaryKey}` },
      body,
    },
    settings: [
      { ...openAISettings.request, seed: 7 },
      { ...body, ...openAISettings.sent, seed: 7 },
    ],
    images: [showing(image), openAIImage(image), "command-a-vision-07-2025"],
    tools: openAITools,
    refused: {
      "images to a blind model": [showing("https://x.y/z.png"), /images/],
      "a forced tool": [{ tools: [weather], toolChoice: "required" }, /decide themselves/],
      "a ban on tools": [{ tools: [weather], toolChoice: "none" }, /decide themselves/],
    },
    failures: {
      "a request": [failing(400, `bad ${question} ${canaryKey}`), verdicts.badRequest],
      "a conversation that is too long": [
        failing(
          400,
          "too many tokens: size limit exceeded by 11326 tokens. Try using shorter or fewer inputs.",
        ),
        verdicts.contextLength,
      ],
      "a wrong key": [failing(401, `invalid api token ${canaryKey}`), verdicts.wrongKey],
      "a blocked key": [failing(498, "invalid token"), verdicts.wrongKey],
      "a missing payment": [failing(402, "billing"), verdicts.quota],
      "an unknown model": [failing(404, "model 'x' not found"), verdicts.notFound],
      "too many requests": [failing(429, "rate limited"), verdicts.rateLimit],
      "a trial that is used up": [
        failing(429, "You are using a Trial key, which is limited to 1000 API calls / month."),
        verdicts.quota,
      ],
      "a failure": [failing(500, question), verdicts.unavailable],
      "a service that is away": [failing(503, "unavailable"), verdicts.unavailable],
    },
    lists: {
      pages: [
        { body: { models: [{ name: "command-a" }], next_page_token: "more" } },
        { body: { models: [{ name: "command-b" }] } },
      ],
      names: ["command-a", "command-b"],
      targets: ["/v1/models?page_size=1000", "/v1/models?page_size=1000&page_token=more"],
    },
  },
  (at) => {
    it("asks for JSON, and for a schema's, in Cohere's own form", async () => {
      const schema = weather.parameters;
      for (const [responseFormat, sent] of [
        [{ type: "json" }, { type: "json_object" }],
        [
          { type: "json-schema", name: "place", schema },
          { type: "json_object", schema },
        ],
      ] as const) {
        const { response_format } = await at().sent({ responseFormat });
        assert.deepEqual(response_format, sent);
      }
    });

    it("embeds texts", async () => {
      const { provider, vendor } = at();
      const { signal } = new AbortController();
      vendor.reply({ body: { object: "list", data: [{ index: 0, embedding: [1, 2] }], model } });
      assert.deepEqual(await provider.embed?.("embed-v4.0", ["a"], { signal }), [[1, 2]]);
      assert.equal(vendor.last.path, "/compatibility/v1/embeddings");
    });
  },
);
