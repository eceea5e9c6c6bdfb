import assert from "node:assert/strict";
import type { HttpAnswer } from "../../../test/fixtures/http-stand-in.ts";
import { openAIForm, openAIImage, openAISettings } from "../../../test/fixtures/openai-events.ts";
import { providerAtVendor } from "../../../test/fixtures/provider-at-vendor.ts";
import { accessTo, canaryKey, question } from "../../../test/fixtures/provider-questions.ts";
import {
  describeProvider,
  hangsUp,
  openAITools,
  showing,
  tellsFailures,
  verdicts,
  weather,
} from "../../../test/suites/provider.ts";
import { createHuggingFace } from "./huggingface.ts";

const model = "meta-llama/Llama-3.3-70B-Instruct";
const embedder = "BAAI/bge-small-en-v1.5";
const messages = [{ role: "user", content: question }];
const picture = "https://example.org/cat.png";
const schema = { ...weather.parameters, additionalProperties: false };
const form = openAIForm();
const failing = (status: number, error: unknown): HttpAnswer => ({ status, body: { error } });
const list = { body: { object: "list", data: [{ id: model }] } };
const { signal } = new AbortController();
const body = { model, messages, stream: true, stream_options: { include_usage: true } };

describeProvider(
  "the provider of Hugging Face at an endpoint of one's own",
  {
    ...form,
    create: (origin, keys) =>
      createHuggingFace(accessTo("huggingface", { baseUrl: `${origin}/mine/v1` }, keys)),
    model,
    asked: {
      target: "/mine/v1/chat/completions",
      keyed: { authorization: `Bearer ${canaryKey}` },
      body,
    },
    settings: [
      {
        ...openAISettings.request,
        seed: 7,
        responseFormat: { type: "json-schema", name: "place", schema },
      },
      {
        ...body,
        ...openAISettings.sent,
        seed: 7,
        response_format: {
          type: "json_schema",
          json_schema: { name: "place", schema, strict: true },
        },
      },
    ],
    images: [showing(picture), openAIImage(picture), "Qwen/Qwen2.5-VL-7B-Instruct"],
    tools: openAITools,
    refused: {},
    failures: {
      "an endpoint that is away for one that wakes up": [
        { status: 502, body: "" },
        verdicts.loading,
      ],
    },
    nowhere: [verdicts.loading, /being loaded/],
    lists: { pages: [list], names: [model], targets: ["/mine/v1/models"] },
  },
  (at) => {
    it("embeds texts", async () => {
      const { provider, vendor } = at();
      vendor.reply({ body: { data: [{ index: 0, embedding: [3] }] } });
      assert.deepEqual(await provider.embed?.(embedder, ["a"], { signal }), [[3]]);
      assert.equal(vendor.last.path, "/mine/v1/embeddings");
    });
  },
);

describe("the provider of Hugging Face at its router", () => {
  const at = providerAtVendor({
    create: (_, keys) => createHuggingFace(accessTo("huggingface", {}, keys)),
    model,
    friendly: form.friendly,
  });
  const realFetch = globalThis.fetch;
  beforeEach(() => {
    // The router's address stands in the code; what is sent to it goes to the stand-in.
    globalThis.fetch = (input, init) => {
      const url = input instanceof Request ? input.url : String(input);
      return realFetch(url.replace("https://router.huggingface.co", at().vendor.origin), init);
    };
  });
  afterEach(() => {
    globalThis.fetch = realFetch;
  });

  it("asks with the key for what it asks at an endpoint", async () => {
    assert.deepEqual(await at().sent(), body);
    const { path, headers } = at().vendor.last;
    assert.equal(path, "/v1/chat/completions");
    assert.equal(headers.authorization, `Bearer ${canaryKey}`);
  });

  tellsFailures(at, {
    "a wrong token": [
      failing(401, `Invalid credentials ${canaryKey}`),
      verdicts.wrongKey,
      /does not take the key/,
    ],
    "a gated model": [
      failing(
        403,
        `Access to model ${model} is restricted and you are not in the authorized list. Visit https://huggingface.co/${model} to ask for access.`,
      ),
      verdicts.forbidden,
      /gated\. Accept its conditions at https:\/\/huggingface\.co\/meta-llama\/Llama-3\.3-70B-Instruct/,
    ],
    "a token without the permission": [
      failing(
        403,
        "This authentication method does not have sufficient permissions to call Inference Providers on behalf of user x",
      ),
      verdicts.forbidden,
      /Inference Providers/,
    ],
    "credits that are used up": [
      failing(402, "You have exceeded your monthly included credits"),
      verdicts.quota,
      /credit/,
    ],
    "a model that nobody serves": [
      failing(400, {
        message: "The requested model is not supported by any provider you have enabled.",
        type: "invalid_request_error",
        param: "model",
        code: "model_not_supported",
      }),
      verdicts.notFound,
      /no provider that the account has enabled/,
    ],
    "a request": [failing(422, question), verdicts.badRequest, /422/],
    "too many requests": [failing(429, "Too Many Requests"), verdicts.rateLimit, /too many/],
    "a failure": [failing(500, "no"), verdicts.unavailable, /500/],
    "a gateway that is away": [{ status: 502, body: "" }, verdicts.unavailable],
    "a model that is being loaded, and for how long": [
      { status: 503, body: { error: `Model ${model} is currently loading`, estimated_time: 20.5 } },
      verdicts.loading,
      /loaded/,
      20_500,
    ],
  });
  hangsUp(at, "within the answer", { ...form.begun, ending: "hang" }, model);

  it("embeds texts over its own API, and lists the models that are served", async () => {
    const { provider, vendor } = at();
    vendor.reply({ body: [[1, 2]] }, list);
    assert.deepEqual(await provider.embed?.(embedder, ["a"], { signal }), [[1, 2]]);
    assert.equal(vendor.last.path, `/hf-inference/models/${embedder}/pipeline/feature-extraction`);
    assert.deepEqual(vendor.last.body, { inputs: ["a"] });
    assert.deepEqual(await provider.listModels?.({ signal }), [model]);
  });
});
