import assert from "node:assert/strict";
import { HttpStandIn, serverSentEvents } from "../../../../test/fixtures/http-stand-in.ts";
import {
  accessTo,
  asking,
  canaryKey,
  eventsOf,
  FixedKeys,
  failureOf,
  question,
  verdictOf,
} from "../../../../test/fixtures/provider-questions.ts";
import type { Provider } from "../../provider.ts";
import { createGemini } from "./gemini.ts";

const model = "gemini-2.5-flash";
const png = "iVBORw0KGgo=";
const weather = {
  name: "weather",
  description: "Tells the weather",
  parameters: {
    type: "object",
    properties: { city: { type: "string" } },
    required: ["city"],
    additionalProperties: false,
  },
};

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
const friendly = serverSentEvents([
  { ...parts([{ text: "Hel" }]), ...counts(8, 1) },
  { ...parts([{ text: "lo" }], "STOP"), ...counts(8, 3, 20) },
]);
const refusal = (code: number, status: string, message: string, details: object[] = []) => ({
  error: { code, message, status, details },
});

describe("the provider of Google Gemini", () => {
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
    provider = createGemini(accessTo("gemini", { baseUrl: `${vendor.origin}/v1beta` }, keys));
  });

  it("streams text, and counts what it thought as what it said", async () => {
    vendor.reply({ body: friendly });
    assert.deepEqual(await eventsOf(provider, model), [
      { type: "text", text: "Hel" },
      { type: "text", text: "lo" },
      { type: "finish", reason: "stop", usage: { inputTokens: 8, outputTokens: 23 } },
    ]);
    assert.equal(vendor.last.target, `/v1beta/models/${model}:streamGenerateContent?alt=sse`);
    assert.equal(vendor.last.headers["x-goog-api-key"], canaryKey);
    assert.deepEqual(vendor.last.body, {
      contents: [{ role: "user", parts: [{ text: question }] }],
      generationConfig: {},
    });
  });

  it("counts tokens once that are told in some events only", async () => {
    const events = [
      { ...parts([{ text: "a" }]), ...counts(8, 1) },
      parts([{ text: "b" }]),
      { ...parts([{ text: "c" }], "STOP"), ...counts(8, 3) },
    ];
    vendor.reply({ body: serverSentEvents(events) });
    const last = (await eventsOf(provider, model)).at(-1);
    assert.deepEqual(last?.type === "finish" && last.usage, { inputTokens: 8, outputTokens: 3 });
  });

  it("sends every setting of the request in Gemini's words", async () => {
    vendor.reply({ body: friendly });
    const { messages } = asking();
    await eventsOf(provider, model, {
      maxTokens: 9,
      temperature: 0,
      topP: 0.5,
      stop: ["END"],
      seed: 7,
      responseFormat: { type: "json" },
      messages: [{ role: "system", content: "Be kind." }, ...messages],
    });
    assert.deepEqual(vendor.last.body, {
      systemInstruction: { role: "system", parts: [{ text: "Be kind." }] },
      contents: [{ role: "user", parts: [{ text: question }] }],
      generationConfig: {
        maxOutputTokens: 9,
        temperature: 0,
        topP: 0.5,
        stopSequences: ["END"],
        seed: 7,
        responseMimeType: "application/json",
      },
    });
  });

  it("sends a JSON schema as it is", async () => {
    vendor.reply({ body: friendly });
    const schema = weather.parameters;
    const responseFormat = { type: "json-schema", name: "place", schema } as const;
    await eventsOf(provider, model, asking({ responseFormat }));
    const { generationConfig } = vendor.last.body as { generationConfig: object };
    assert.deepEqual(generationConfig, {
      responseMimeType: "application/json",
      responseJsonSchema: schema,
    });
  });

  it("sends images, to models that LangChain does not know, too", async () => {
    for (const name of [model, "gemini-of-tomorrow"]) {
      vendor.reply({ body: friendly });
      const content = [
        { type: "text", text: "What is this?" },
        { type: "image", url: `data:image/png;base64,${png}` },
      ] as const;
      await eventsOf(provider, name, { messages: [{ role: "user", content }] });
      const { contents } = vendor.last.body as { contents: { parts: object[] }[] };
      assert.deepEqual(contents[0]?.parts, [
        { text: "What is this?" },
        { inlineData: { mimeType: "image/png", data: png } },
      ]);
    }
  });

  it("passes images on that a model draws", async () => {
    const drawn = [{ text: "Here:" }, { inlineData: { mimeType: "image/png", data: png } }];
    vendor.reply({ body: serverSentEvents([{ ...parts(drawn, "STOP"), ...counts(8, 1290) }]) });
    const name = "gemini-2.5-flash-image";
    const events = await eventsOf(provider, name, asking({ imageOutput: true }));
    assert.deepEqual(events.slice(0, 2), [
      { type: "text", text: "Here:" },
      { type: "image", base64: png },
    ]);
    const { generationConfig } = vendor.last.body as { generationConfig: object };
    assert.deepEqual(generationConfig, { responseModalities: ["TEXT", "IMAGE"] });
  });

  it("offers tools with their schemas whole, and passes parallel calls on", async () => {
    const call = (city: string) => ({ functionCall: { name: "weather", args: { city } } });
    vendor.reply({
      body: serverSentEvents([
        { ...parts([call("Oslo"), call("Rome")]), ...counts(8, 9) },
        { ...parts([{ text: "" }], "STOP"), ...counts(8, 9) },
      ]),
    });
    const request = asking({ tools: [weather], toolChoice: { name: "weather" } });
    const events = await eventsOf(provider, model, request);
    const calls = events.flatMap((event) => (event.type === "tool-call" ? event.call : []));
    assert.deepEqual(
      calls.map(({ name, arguments: json }) => [name, json]),
      [
        ["weather", '{"city":"Oslo"}'],
        ["weather", '{"city":"Rome"}'],
      ],
    );
    assert.notEqual(calls[0]?.id, calls[1]?.id);
    assert.deepEqual(events.at(-1), {
      type: "finish",
      reason: "tool-calls",
      usage: { inputTokens: 8, outputTokens: 9 },
    });
    const { tools, toolConfig } = vendor.last.body as { tools: object; toolConfig: object };
    const { name, description, parameters } = weather;
    assert.deepEqual(tools, [
      { functionDeclarations: [{ name, description, parametersJsonSchema: parameters }] },
    ]);
    assert.deepEqual(toolConfig, {
      functionCallingConfig: { mode: "ANY", allowedFunctionNames: ["weather"] },
    });
  });

  it("sends what tools answered under the tools' names", async () => {
    vendor.reply({ body: friendly });
    await eventsOf(provider, model, {
      tools: [weather],
      messages: [
        { role: "user", content: "Compare." },
        {
          role: "assistant",
          content: "",
          toolCalls: [{ id: "t1", name: "weather", arguments: '{"city":"Oslo"}' }],
        },
        { role: "tool", toolCallID: "t1", content: "snow" },
      ],
    });
    const { contents } = vendor.last.body as { contents: object[] };
    assert.deepEqual(contents.slice(1), [
      { role: "model", parts: [{ functionCall: { name: "weather", args: { city: "Oslo" } } }] },
      {
        role: "user",
        parts: [{ functionResponse: { name: "weather", response: { result: "snow" } } }],
      },
    ]);
  });

  for (const [word, reason] of [
    ["MAX_TOKENS", "length"],
    ["SAFETY", "content-filter"],
    ["RECITATION", "content-filter"],
    ["BLOCKLIST", "content-filter"],
    ["PROHIBITED_CONTENT", "content-filter"],
    ["SPII", "content-filter"],
  ] as const) {
    it(`reads the finish reason ${word} as ${reason}, also of an answer without content`, async () => {
      for (const candidate of [
        parts([{ text: "x" }], word),
        { candidates: [{ finishReason: word, index: 0 }] },
      ]) {
        vendor.reply({ body: serverSentEvents([{ ...candidate, ...counts(8, 1) }]) });
        const last = (await eventsOf(provider, model)).at(-1);
        assert.equal(last?.type === "finish" && last.reason, reason);
      }
    });
  }

  it("tells that the filter refused the question", async () => {
    const blocked = { promptFeedback: { blockReason: "SAFETY" }, ...counts(8, 0) };
    vendor.reply({ body: serverSentEvents([blocked]) });
    const error = await failureOf(provider, model);
    assert.deepEqual(verdictOf(error), ["PERMISSION_DENIED", "content-filter", false]);
  });

  it("tells a call of a tool that the model spoilt", async () => {
    const spoilt = { candidates: [{ finishReason: "MALFORMED_FUNCTION_CALL", index: 0 }] };
    vendor.reply({ body: serverSentEvents([{ ...spoilt, ...counts(8, 1) }]) });
    const error = await failureOf(provider, model);
    assert.deepEqual([error.code, error.retryable], ["UNAVAILABLE", true]);
  });

  const at = (url: string) => [{ role: "user", content: [{ type: "image", url }] }] as const;
  for (const url of ["https://example.org/cat.png", "data:image/tiff;base64,AA=="]) {
    it(`refuses the image ${url} before the call`, async () => {
      const error = await failureOf(provider, model, { messages: at(url) });
      assert.deepEqual(verdictOf(error), ["INVALID_ARGUMENT", "unsupported", false]);
      assert.match(error.message, /messages\[0\]\.content\[0\]/);
      assert.deepEqual(vendor.requests, []);
    });
  }

  const retryIn = { "@type": "type.googleapis.com/google.rpc.RetryInfo", retryDelay: "34s" };
  const quota = (quotaId: string) => ({
    "@type": "type.googleapis.com/google.rpc.QuotaFailure",
    violations: [{ quotaMetric: "x", quotaId }],
  });
  const wrongKey = {
    "@type": "type.googleapis.com/google.rpc.ErrorInfo",
    reason: "API_KEY_INVALID",
    domain: "googleapis.com",
  };
  const errors: [string, number, object, readonly unknown[], number][] = [
    [
      "a request that it does not take",
      400,
      refusal(400, "INVALID_ARGUMENT", `Invalid JSON: ${question} ${canaryKey}`),
      ["INVALID_ARGUMENT", "bad-request", false],
      0,
    ],
    [
      "a wrong key",
      400,
      refusal(400, "INVALID_ARGUMENT", `API key not valid: ${canaryKey}`, [wrongKey]),
      ["UNAUTHENTICATED", "access", false],
      0,
    ],
    [
      "a country that it does not serve",
      400,
      refusal(400, "FAILED_PRECONDITION", "User location is not supported for the API use."),
      ["FAILED_PRECONDITION", "access", false],
      0,
    ],
    [
      "a conversation that is too long",
      400,
      refusal(
        400,
        "INVALID_ARGUMENT",
        "The input token count (1200000) exceeds the maximum number of tokens allowed (1048576).",
      ),
      ["INVALID_ARGUMENT", "context-length", false],
      0,
    ],
    [
      "a key without permission",
      403,
      refusal(403, "PERMISSION_DENIED", "Method doesn't allow unregistered callers"),
      ["PERMISSION_DENIED", "access", false],
      0,
    ],
    [
      "an unknown model",
      404,
      refusal(404, "NOT_FOUND", "models/gemini-0 is not found for API version v1beta"),
      ["NOT_FOUND", "not-found", false],
      0,
    ],
    [
      "too many requests, and how long to wait",
      429,
      refusal(429, "RESOURCE_EXHAUSTED", "You exceeded your current quota", [
        quota("GenerateRequestsPerMinutePerProjectPerModel-FreeTier"),
        retryIn,
      ]),
      ["RESOURCE_EXHAUSTED", "rate-limit", true],
      34_000,
    ],
    [
      "requests of a day that are used up",
      429,
      refusal(429, "RESOURCE_EXHAUSTED", "You exceeded your current quota", [
        quota("GenerateRequestsPerDayPerProjectPerModel-FreeTier"),
      ]),
      ["RESOURCE_EXHAUSTED", "quota", false],
      0,
    ],
    ["a failure", 500, refusal(500, "INTERNAL", question), ["UNAVAILABLE", "unavailable", true], 0],
    [
      "an overload",
      503,
      refusal(503, "UNAVAILABLE", "The model is overloaded. Please try again later."),
      ["UNAVAILABLE", "unavailable", true],
      0,
    ],
  ];
  for (const [what, status, body, verdict, pauseMs] of errors) {
    it(`tells ${what} (${status}), once and without key and question`, async () => {
      vendor.reply({ status, body });
      const error = await failureOf(provider, model);
      assert.deepEqual(verdictOf(error), verdict);
      assert.equal(error.retryAfterMs, pauseMs);
      assert.equal(vendor.requests.length, 1);
      assert.equal(keys.refusals, error.code === "UNAUTHENTICATED" ? 1 : 0);
    });
  }

  it("takes an answer for broken that ends without a reason or with its connection", async () => {
    const begun = serverSentEvents([{ ...parts([{ text: "Hel" }]), ...counts(8, 1) }]);
    for (const ending of ["end", "drop"] as const) {
      vendor.reply({ body: begun, ending });
      const error = await failureOf(provider, model);
      assert.deepEqual(verdictOf(error), ["UNAVAILABLE", "broken-stream", true], ending);
    }
  });

  it("fails cleanly at an event that cannot be read", async () => {
    vendor.reply({ body: `${friendly.slice(0, friendly.indexOf("\n\n"))}\n\ndata: {"cand\n\n` });
    const error = await failureOf(provider, model);
    assert.equal(error.reason, "malformed");
  });

  it("hangs up at once when nobody waits any longer, before the answer and within it", async () => {
    const reason = new Error("the participant left");
    const begun = serverSentEvents([{ ...parts([{ text: "Hel" }]), ...counts(8, 1) }]);
    for (const body of [undefined, begun]) {
      vendor.reset();
      vendor.reply({ ending: "hang", ...(body !== undefined && { body }) });
      const controller = new AbortController();
      const events = provider.stream(model, asking(), { signal: controller.signal });
      const answered = assert.rejects(async () => {
        for await (const event of events) if (event.type === "text") controller.abort(reason);
      }, reason);
      await vendor.received(1);
      if (body === undefined) controller.abort(reason);
      await answered;
      await vendor.last.closed;
    }
  });

  it("embeds texts, and lists the models of all pages", async () => {
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
    vendor.reply(
      { body: { models: [{ name: "models/gemini-a" }], nextPageToken: "more" } },
      { body: { models: [{ name: "models/gemini-b" }] } },
      { status: 400, body: refusal(400, "INVALID_ARGUMENT", canaryKey, [wrongKey]) },
    );
    assert.deepEqual(await provider.listModels?.({ signal }), ["gemini-a", "gemini-b"]);
    assert.equal(vendor.last.target, "/v1beta/models?pageSize=1000&pageToken=more");
    await assert.rejects(async () => provider.listModels?.({ signal }), {
      code: "UNAUTHENTICATED",
    });
  });
});
