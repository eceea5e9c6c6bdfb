import assert from "node:assert/strict";
import { type HttpAnswer, serverSentEvents } from "../../../../test/fixtures/http-stand-in.ts";
import { accessTo, canaryKey, question } from "../../../../test/fixtures/provider-questions.ts";
import {
  describeProvider,
  pictured,
  png,
  showing,
  verdicts,
  weather,
} from "../../../../test/suites/provider.ts";
import { createGemini } from "./gemini.ts";

const model = "gemini-2.5-flash";
const counts = (promptTokenCount: number, candidatesTokenCount: number, thoughts = 0) => ({
  usageMetadata: {
    promptTokenCount,
    candidatesTokenCount,
    totalTokenCount: promptTokenCount + candidatesTokenCount + thoughts,
    ...(thoughts > 0 && { thoughtsTokenCount: thoughts }),
  },
  modelVersion: model,
  responseId: "Zm9v",
});
const parts = (list: readonly object[], finishReason?: string) => ({
  candidates: [
    {
      content: { role: "model", parts: list },
      ...(finishReason !== undefined && { finishReason }),
      index: 0,
    },
  ],
});
const streamed = (...events: object[]): HttpAnswer => ({ body: serverSentEvents(events) });
const usage = { inputTokens: 8, outputTokens: 23 };
/** What it thought is counted as what it said. */
const counted = counts(8, 3, 20);

const failing = (
  code: number,
  status: string,
  message: string,
  details: object[] = [],
): HttpAnswer => ({
  status: code,
  body: { error: { code, message, status, details } },
});
const retryIn = { "@type": "type.googleapis.com/google.rpc.RetryInfo", retryDelay: "34s" };
const quota = (quotaId: string) => ({
  "@type": "type.googleapis.com/google.rpc.QuotaFailure",
  violations: [{ quotaMetric: "x", quotaId }],
});
const wrongKey = failing(400, "INVALID_ARGUMENT", `API key not valid: ${canaryKey}`, [
  {
    "@type": "type.googleapis.com/google.rpc.ErrorInfo",
    reason: "API_KEY_INVALID",
    domain: "googleapis.com",
  },
]);
const asked = { role: "user", content: question } as const;
const sentQuestion = { role: "user", parts: [{ text: question }] };
const { name, description, parameters } = weather;
const callOf = (city: string) => ({ functionCall: { name, args: { city } } });
const resultOf = (result: string) => ({ functionResponse: { name, response: { result } } });

describeProvider(
  "the provider of Google Gemini",
  {
    create: (origin, keys) =>
      createGemini(accessTo("gemini", { baseUrl: `${origin}/v1beta` }, keys)),
    model,
    friendly: streamed(
      { ...parts([{ text: "Hel" }]), ...counts(8, 1) },
      { ...parts([{ text: "lo" }], "STOP"), ...counted },
    ),
    begun: streamed({ ...parts([{ text: "Hel" }]), ...counts(8, 1) }),
    calling: (calls) =>
      streamed(
        parts([{ text: "Looking." }]),
        parts(
          calls.map((call) => ({
            functionCall: { name: call.name, args: JSON.parse(call.arguments) },
          })),
        ),
        { ...parts([{ text: "" }], "STOP"), ...counted },
      ),
    usage,
    asked: {
      target: `/v1beta/models/${model}:streamGenerateContent?alt=sse`,
      keyed: { "x-goog-api-key": canaryKey },
      body: { contents: [sentQuestion], generationConfig: {} },
    },
    settings: [
      {
        maxTokens: 9,
        temperature: 0,
        topP: 0.5,
        stop: ["END"],
        seed: 7,
        responseFormat: { type: "json" },
        messages: [{ role: "system", content: "Be kind." }, asked],
      },
      {
        systemInstruction: { role: "system", parts: [{ text: "Be kind." }] },
        contents: [sentQuestion],
        generationConfig: {
          maxOutputTokens: 9,
          temperature: 0,
          topP: 0.5,
          stopSequences: ["END"],
          seed: 7,
          responseMimeType: "application/json",
        },
      },
    ],
    images: [
      pictured,
      {
        contents: [
          {
            role: "user",
            parts: [
              { text: "What is this?" },
              { inlineData: { mimeType: "image/png", data: png } },
            ],
          },
        ],
      },
      // LangChain does not know this one.
      "gemini-of-tomorrow",
    ],
    tools: {
      sent: {
        tools: [
          { functionDeclarations: [{ name, description, parametersJsonSchema: parameters }] },
        ],
      },
      choices: [
        [
          { name },
          { toolConfig: { functionCallingConfig: { mode: "ANY", allowedFunctionNames: [name] } } },
        ],
      ],
      talk: {
        contents: [
          { role: "user", parts: [{ text: "Compare." }] },
          { role: "model", parts: [callOf("Oslo"), callOf("Rome")] },
          { role: "user", parts: [resultOf("snow")] },
          { role: "user", parts: [resultOf("sun")] },
        ],
      },
      namesCalls: false,
    },
    ended: (word) => streamed({ ...parts([{ text: "x" }], word), ...counted }),
    reasons: {
      MAX_TOKENS: "length",
      SAFETY: "content-filter",
      RECITATION: "content-filter",
      BLOCKLIST: "content-filter",
      PROHIBITED_CONTENT: "content-filter",
      SPII: "content-filter",
    },
    refused: {
      "an image's address": [showing("https://example.org/cat.png"), /messages\[0\]\.content\[0\]/],
      "an image in a form that it does not know": [
        showing("data:image/tiff;base64,AA=="),
        /messages\[0\]\.content\[0\]/,
      ],
    },
    failures: {
      "a request that it does not take": [
        failing(400, "INVALID_ARGUMENT", `Invalid JSON: ${question} ${canaryKey}`),
        verdicts.badRequest,
      ],
      "a wrong key": [wrongKey, verdicts.wrongKey],
      "a country that it does not serve": [
        failing(400, "FAILED_PRECONDITION", "User location is not supported for the API use."),
        ["FAILED_PRECONDITION", "access", false],
      ],
      "a conversation that is too long": [
        failing(
          400,
          "INVALID_ARGUMENT",
          "The input token count (1200000) exceeds the maximum number of tokens allowed (1048576).",
        ),
        verdicts.contextLength,
      ],
      "a key without permission": [
        failing(403, "PERMISSION_DENIED", "Method doesn't allow unregistered callers"),
        verdicts.forbidden,
      ],
      "an unknown model": [
        failing(404, "NOT_FOUND", "models/gemini-0 is not found for API version v1beta"),
        verdicts.notFound,
      ],
      "too many requests, and how long to wait": [
        failing(429, "RESOURCE_EXHAUSTED", "You exceeded your current quota", [
          quota("GenerateRequestsPerMinutePerProjectPerModel-FreeTier"),
          retryIn,
        ]),
        verdicts.rateLimit,
        /too many/,
        34_000,
      ],
      "requests of a day that are used up": [
        failing(429, "RESOURCE_EXHAUSTED", "You exceeded your current quota", [
          quota("GenerateRequestsPerDayPerProjectPerModel-FreeTier"),
        ]),
        verdicts.quota,
      ],
      "a failure": [failing(500, "INTERNAL", question), verdicts.unavailable],
      "an overload": [
        failing(503, "UNAVAILABLE", "The model is overloaded. Please try again later."),
        verdicts.unavailable,
      ],
      "a question that the filter refused": [
        streamed({ promptFeedback: { blockReason: "SAFETY" }, ...counts(8, 0) }),
        verdicts.filtered,
      ],
      "an event that cannot be read": [
        {
          body: `${serverSentEvents([{ ...parts([{ text: "Hel" }]), ...counts(8, 1) }])}data: {"cand\n\n`,
        },
        ["INTERNAL", "malformed", true],
      ],
    },
    lists: {
      pages: [
        { body: { models: [{ name: "models/gemini-a" }], nextPageToken: "more" } },
        { body: { models: [{ name: "models/gemini-b" }] } },
      ],
      names: ["gemini-a", "gemini-b"],
      targets: ["/v1beta/models?pageSize=1000", "/v1beta/models?pageSize=1000&pageToken=more"],
    },
  },
  (at) => {
    it("counts tokens once that are told in some events only", async () => {
      const events = await at().events(
        streamed({ ...parts([{ text: "a" }]), ...counts(8, 1) }, parts([{ text: "b" }]), {
          ...parts([{ text: "c" }], "STOP"),
          ...counts(8, 3),
        }),
      );
      const expected = { inputTokens: 8, outputTokens: 3 };
      assert.deepEqual(events.at(-1), { type: "finish", reason: "stop", usage: expected });
    });

    it("reads an end also of an answer without content", async () => {
      const empty = { candidates: [{ finishReason: "SAFETY", index: 0 }] };
      const events = await at().events(streamed({ ...empty, ...counted }));
      assert.deepEqual(events, [{ type: "finish", reason: "content-filter", usage }]);
    });

    it("sends a JSON schema as it is", async () => {
      const responseFormat = { type: "json-schema", name: "place", schema: parameters } as const;
      const { generationConfig } = await at().sent({ responseFormat });
      assert.deepEqual(generationConfig, {
        responseMimeType: "application/json",
        responseJsonSchema: parameters,
      });
    });

    it("passes images on that a model draws", async () => {
      const drawn = [{ text: "Here:" }, { inlineData: { mimeType: "image/png", data: png } }];
      const reply = streamed({ ...parts(drawn, "STOP"), ...counts(8, 1290) });
      const events = await at().events(reply, { imageOutput: true }, "gemini-2.5-flash-image");
      assert.deepEqual(events.slice(0, 2), [
        { type: "text", text: "Here:" },
        { type: "image", base64: png },
      ]);
      const { generationConfig } = at().vendor.last.fields;
      assert.deepEqual(generationConfig, { responseModalities: ["TEXT", "IMAGE"] });
    });

    it("tells a call of a tool that the model spoilt", async () => {
      const spoilt = { candidates: [{ finishReason: "MALFORMED_FUNCTION_CALL", index: 0 }] };
      const error = await at().failure(streamed({ ...spoilt, ...counts(8, 1) }));
      assert.deepEqual([error.code, error.retryable], ["UNAVAILABLE", true]);
    });

    it("tells a key that is refused where it lists models, too", async () => {
      at().vendor.reply(wrongKey);
      const { signal } = new AbortController();
      await assert.rejects(async () => at().provider.listModels?.({ signal }), {
        code: "UNAUTHENTICATED",
      });
    });

    it("embeds texts", async () => {
      const { provider, vendor } = at();
      const { signal } = new AbortController();
      vendor.reply({ body: { embeddings: [{ values: [1, 2] }, { values: [3, 4] }] } });
      const vectors = await provider.embed?.("gemini-embedding-001", ["a", "b"], { signal });
      assert.deepEqual(vectors, [
        [1, 2],
        [3, 4],
      ]);
      assert.equal(vendor.last.path, "/v1beta/models/gemini-embedding-001:batchEmbedContents");
      assert.deepEqual(vendor.last.body, {
        requests: ["a", "b"].map((text) => ({
          model: "models/gemini-embedding-001",
          content: { parts: [{ text }] },
        })),
      });
    });
  },
);
