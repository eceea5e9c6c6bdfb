import assert from "node:assert/strict";
import {
  type HttpAnswer,
  HttpStandIn,
  serverSentEvents,
} from "../../../test/fixtures/http-stand-in.ts";
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
import { createHuggingFace } from "./huggingface.ts";

const model = "meta-llama/Llama-3.3-70B-Instruct";
const weather = {
  name: "weather",
  parameters: { type: "object", properties: { city: { type: "string" } }, required: ["city"] },
};
const chunk = (delta: object, finish_reason: string | null = null) => ({
  id: "chatcmpl-1",
  object: "chat.completion.chunk",
  created: 1,
  model,
  choices: [{ index: 0, delta, finish_reason }],
});
const usage = { prompt_tokens: 7, completion_tokens: 2, total_tokens: 9 };
const friendly = serverSentEvents([
  chunk({ role: "assistant", content: "Hel" }),
  chunk({ content: "lo" }),
  chunk({}, "stop"),
  { choices: [], usage },
  "[DONE]",
]);

describe("the provider of Hugging Face", () => {
  let vendor: HttpStandIn;
  let keys: FixedKeys;
  const realFetch = globalThis.fetch;

  before(async () => {
    vendor = await HttpStandIn.start();
  });
  after(() => vendor.close());
  beforeEach(() => {
    vendor.reset();
    keys = new FixedKeys();
    // The router's address stands in the code; what is sent to it goes to the stand-in.
    globalThis.fetch = (input, init) => {
      const url = input instanceof Request ? input.url : String(input);
      return realFetch(url.replace("https://router.huggingface.co", vendor.origin), init);
    };
  });
  afterEach(() => {
    globalThis.fetch = realFetch;
  });

  const atRouter = () => createHuggingFace(accessTo("huggingface", {}, keys));
  const atEndpoint = () =>
    createHuggingFace(accessTo("huggingface", { baseUrl: `${vendor.origin}/mine/v1` }, keys));

  it("streams text from the router, with every setting of the request", async () => {
    vendor.reply({ body: friendly });
    const settings = { maxTokens: 9, temperature: 0, topP: 0.5, stop: ["END"], seed: 7 };
    assert.deepEqual(await eventsOf(atRouter(), model, asking(settings)), [
      { type: "text", text: "Hel" },
      { type: "text", text: "lo" },
      { type: "finish", reason: "stop", usage: { inputTokens: 7, outputTokens: 2 } },
    ]);
    assert.equal(vendor.last.path, "/v1/chat/completions");
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
      stream_options: { include_usage: true },
    });
  });

  it("offers tools and passes parallel calls on whole, at an endpoint of one's own, too", async () => {
    const call = (index: number, city: string) => ({
      index,
      id: `c${index}`,
      type: "function",
      function: { name: "weather", arguments: JSON.stringify({ city }) },
    });
    const events = [
      chunk({ tool_calls: [call(0, "Oslo")] }),
      chunk({ tool_calls: [call(1, "Rome")] }),
      chunk({}, "tool_calls"),
      "[DONE]",
    ];
    vendor.reply({ body: serverSentEvents(events) });
    const answer = await eventsOf(atEndpoint(), model, asking({ tools: [weather] }));
    assert.deepEqual(
      answer.map((event) => (event.type === "tool-call" ? event.call.arguments : event.type)),
      ['{"city":"Oslo"}', '{"city":"Rome"}', "finish"],
    );
    assert.equal(vendor.last.path, "/mine/v1/chat/completions");
  });

  it("sends images and a JSON schema", async () => {
    vendor.reply({ body: friendly });
    const url = "https://example.org/cat.png";
    const schema = { ...weather.parameters, additionalProperties: false };
    await eventsOf(atRouter(), "Qwen/Qwen2.5-VL-7B-Instruct", {
      messages: [{ role: "user", content: [{ type: "image", url }] }],
      responseFormat: { type: "json-schema", name: "place", schema },
    });
    const body = vendor.last.body as { messages: object; response_format: object };
    assert.deepEqual(body.messages, [
      { role: "user", content: [{ type: "image_url", image_url: { url } }] },
    ]);
    assert.deepEqual(body.response_format, {
      type: "json_schema",
      json_schema: { name: "place", schema, strict: true },
    });
  });

  const errors: [string, HttpAnswer, readonly unknown[], RegExp][] = [
    [
      "a wrong token",
      { status: 401, body: { error: `Invalid credentials ${canaryKey}` } },
      ["UNAUTHENTICATED", "access", false],
      /does not take the key/,
    ],
    [
      "a gated model",
      {
        status: 403,
        body: {
          error: `Access to model ${model} is restricted and you are not in the authorized list. Visit https://huggingface.co/${model} to ask for access.`,
        },
      },
      ["PERMISSION_DENIED", "access", false],
      /gated\. Accept its conditions at https:\/\/huggingface\.co\/meta-llama\/Llama-3\.3-70B-Instruct/,
    ],
    [
      "a token without the permission",
      {
        status: 403,
        body: {
          error:
            "This authentication method does not have sufficient permissions to call Inference Providers on behalf of user x",
        },
      },
      ["PERMISSION_DENIED", "access", false],
      /Inference Providers/,
    ],
    [
      "credits that are used up",
      { status: 402, body: { error: "You have exceeded your monthly included credits" } },
      ["RESOURCE_EXHAUSTED", "quota", false],
      /credit/,
    ],
    [
      "a model that nobody serves",
      {
        status: 400,
        body: {
          error: {
            message: "The requested model is not supported by any provider you have enabled.",
            type: "invalid_request_error",
            param: "model",
            code: "model_not_supported",
          },
        },
      },
      ["NOT_FOUND", "not-found", false],
      /no provider that the account has enabled/,
    ],
    [
      "a request",
      { status: 422, body: { error: question } },
      ["INVALID_ARGUMENT", "bad-request", false],
      /422/,
    ],
    [
      "too many requests",
      { status: 429, body: { error: "Too Many Requests" } },
      ["RESOURCE_EXHAUSTED", "rate-limit", true],
      /too many/,
    ],
    [
      "a failure",
      { status: 500, body: { error: "no" } },
      ["UNAVAILABLE", "unavailable", true],
      /500/,
    ],
  ];
  for (const [what, reply, verdict, problem] of errors) {
    it(`tells ${what} (${reply.status}), once and without key and question`, async () => {
      vendor.reply(reply);
      const error = await failureOf(atRouter(), model);
      assert.deepEqual(verdictOf(error), verdict);
      assert.match(error.message, problem);
      assert.equal(vendor.requests.length, 1);
      assert.equal(keys.refusals, error.code === "UNAUTHENTICATED" ? 1 : 0);
    });
  }

  it("says that a model is being loaded, and for how long", async () => {
    const error = `Model ${model} is currently loading`;
    vendor.reply({ status: 503, body: { error, estimated_time: 20.5 } });
    const failure = await failureOf(atRouter(), model);
    assert.deepEqual(verdictOf(failure), ["UNAVAILABLE", "loading", true]);
    assert.equal(failure.retryAfterMs, 20_500);
  });

  it("takes an endpoint of one's own that is away for one that wakes up", async () => {
    vendor.reply({ status: 502, body: "" }, { status: 502, body: "" });
    assert.equal((await failureOf(atEndpoint(), model)).reason, "loading");
    assert.equal((await failureOf(atRouter(), model)).reason, "unavailable");
  });

  it("hangs up at once when nobody waits any longer", async () => {
    vendor.reply({ body: friendly.slice(0, friendly.indexOf("\n\n") + 2), ending: "hang" });
    const controller = new AbortController();
    const reason = new Error("the participant left");
    const events = atRouter().stream(model, asking(), { signal: controller.signal });
    await assert.rejects(async () => {
      for await (const event of events) if (event.type === "text") controller.abort(reason);
    }, reason);
    await vendor.last.closed;
  });

  it("embeds texts over the router's own API, or the endpoint's", async () => {
    const { signal } = new AbortController();
    const name = "BAAI/bge-small-en-v1.5";
    vendor.reply({ body: [[1, 2]] });
    assert.deepEqual(await atRouter().embed?.(name, ["a"], { signal }), [[1, 2]]);
    assert.equal(vendor.last.path, `/hf-inference/models/${name}/pipeline/feature-extraction`);
    assert.deepEqual(vendor.last.body, { inputs: ["a"] });
    vendor.reply({ body: { data: [{ index: 0, embedding: [3] }] } });
    assert.deepEqual(await atEndpoint().embed?.(name, ["a"], { signal }), [[3]]);
    assert.equal(vendor.last.path, "/mine/v1/embeddings");
  });

  it("lists the models that are served", async () => {
    const { signal } = new AbortController();
    vendor.reply({ body: { object: "list", data: [{ id: model }] } });
    assert.deepEqual(await atRouter().listModels?.({ signal }), [model]);
  });
});
