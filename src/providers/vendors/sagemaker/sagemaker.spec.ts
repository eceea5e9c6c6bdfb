import assert from "node:assert/strict";
import { awsEventFrame, awsStreamException } from "../../../../test/fixtures/aws-event-stream.ts";
import {
  awsFailure,
  awsVariables,
  eventStream,
  iamPair as iam,
} from "../../../../test/fixtures/aws-questions.ts";
import { verifyAwsSignature } from "../../../../test/fixtures/aws-signature.ts";
import { useVariables } from "../../../../test/fixtures/environment-variables.ts";
import { openAIForm, openAIImage } from "../../../../test/fixtures/openai-events.ts";
import {
  type ProviderAtVendor,
  providerAtVendor,
} from "../../../../test/fixtures/provider-at-vendor.ts";
import {
  accessTo,
  canaryKey,
  eventsOf,
  FixedKeys,
  failureOf,
  question,
  verdictOf,
} from "../../../../test/fixtures/provider-questions.ts";
import {
  describeProvider,
  type Failure,
  hangsUp,
  openAITools,
  showing,
  tellsFailures,
  verdicts,
  weather,
} from "../../../../test/suites/provider.ts";
import { createSageMaker } from "./sagemaker.ts";

const region = "us-east-1";
const secrets = [canaryKey, iam.secretAccessKey];
const endpoints = {
  mistral: { name: "arena-mistral", format: "tgi" },
  llama2: { name: "arena-llama2", format: "jumpstart-chat" },
  qwen: { name: "arena-qwen", format: "openai" },
} as const;
const payloadPart = (bytes: string) =>
  awsEventFrame(
    {
      ":event-type": "PayloadPart",
      ":content-type": "application/octet-stream",
      ":message-type": "event",
    },
    bytes,
  );
// Parts are cut where the container's buffer was full, within an event as well.
const form = openAIForm({
  packed: (text) => eventStream(payloadPart(text.slice(0, 50)), payloadPart(text.slice(50))),
});
const modelError = (OriginalStatusCode: number, OriginalMessage: string) =>
  awsFailure(424, "ModelError", {
    Message: `Received client error (${OriginalStatusCode}) from primary with message "${OriginalMessage}".`,
    OriginalStatusCode,
    OriginalMessage,
    LogStreamArn: "arn:aws:logs:us-east-1:123456789012:log-group:x",
  });
const failures: Readonly<Record<string, Failure>> = {
  "a model's server that does not take the request": [
    modelError(422, `{"error":"bad ${question} ${canaryKey}","error_type":"validation"}`),
    verdicts.badRequest,
    /does not take the request/,
  ],
  "a conversation that is too long": [
    modelError(
      422,
      '{"error":"Input validation error: `inputs` tokens + `max_new_tokens` must be <= 4096. Given: 5000 `inputs` tokens and 512 `max_new_tokens`"}',
    ),
    verdicts.contextLength,
    /longer than the model/,
  ],
  "a model's server that fails": [
    modelError(500, "CUDA out of memory"),
    verdicts.unavailable,
    /fails at the moment/,
  ],
  "a model's server that is overloaded": [
    modelError(429, "Model is overloaded"),
    verdicts.rateLimit,
    /too many/,
  ],
  "a model's server that is loading": [
    modelError(503, "Model is loading"),
    verdicts.loading,
    /loaded/,
  ],
  "a container that knows no such page": [
    modelError(404, "Not Found"),
    ["FAILED_PRECONDITION", "other", false],
    /Check the endpoint's container and its format/,
  ],
  "an endpoint that is not there": [
    awsFailure(400, "ValidationError", {
      message: "Endpoint arena-qwen of account 123456789012 not found.",
    }),
    verdicts.notFound,
    /no "arena-\w+" in us-east-1/,
  ],
  "an endpoint that is not ready": [
    awsFailure(429, "ModelNotReadyException", { Message: "The model is not ready" }),
    verdicts.loading,
    /loaded/,
  ],
  "a service that is away": [
    awsFailure(503, "ServiceUnavailable", { Message: "away" }),
    verdicts.unavailable,
    /fails at the moment/,
  ],
  "too many requests": [
    awsFailure(400, "ThrottlingException", { message: "Rate exceeded" }),
    verdicts.rateLimit,
    /too many/,
  ],
  "a missing policy": [
    awsFailure(403, "AccessDeniedException", {
      Message: `User: arn:aws:iam::1:user/${canaryKey} is not authorized to perform: sagemaker:InvokeEndpoint on resource: arn`,
    }),
    verdicts.forbidden,
    /sagemaker:InvokeEndpoint/,
  ],
};
const create = (origin: string, keys: FixedKeys | null = null) =>
  createSageMaker(accessTo("sagemaker", { region, endpointUrl: origin, endpoints }, keys));
const asked = { role: "user", content: question } as const;
const body = {
  model: "qwen",
  messages: [asked],
  stream: true,
  stream_options: { include_usage: true },
};
const image = "data:image/png;base64,iVBORw0KGgo=";

describeProvider(
  "the provider of Amazon SageMaker at an endpoint that speaks the OpenAI API",
  {
    ...form,
    create: (origin) => create(origin),
    model: "qwen",
    secrets,
    asked: { target: "/endpoints/arena-qwen/invocations-response-stream", keyed: {}, body },
    settings: [{ maxTokens: 9 }, { ...body, max_tokens: 9 }],
    images: [showing(image), openAIImage(image)],
    tools: openAITools,
    refused: {
      "images to TGI": [showing(image), /images/, "mistral"],
      "tools to TGI": [{ tools: [weather] }, /tools/, "mistral"],
      "JSON to TGI": [{ responseFormat: { type: "json" } }, /JSON/, "mistral"],
      "images to JumpStart": [showing(image), /images/, "llama2"],
      "tools to JumpStart": [{ tools: [weather] }, /tools/, "llama2"],
      "stop words to JumpStart": [{ stop: ["END"] }, /stop/, "llama2"],
      "a seed to JumpStart": [{ seed: 1 }, /seed/, "llama2"],
    },
    failures: {
      ...failures,
      "a stream that the model's server breaks": [
        eventStream(payloadPart("data: {}\n\n"), awsStreamException("ModelStreamError", question)),
        verdicts.brokenStream,
      ],
    },
    lists: { pages: [], names: ["mistral", "llama2", "qwen"], targets: [] },
  },
  (at) => {
    useVariables(awsVariables(iam));

    it("signs for the region", async () => {
      await at().sent();
      assert.deepEqual(verifyAwsSignature(at().vendor.last, iam), {
        accessKeyId: iam.accessKeyId,
        region,
        service: "sagemaker",
      });
    });

    it("takes a key pair as the key, and refuses any other without quoting it", async () => {
      const { vendor } = at();
      const pair = { accessKeyId: "AKIAOTHER0000000002", secretAccessKey: "canary-pair-09876543" };
      vendor.reply(form.friendly);
      await eventsOf(create(vendor.origin, new FixedKeys(Object.values(pair).join(":"))), "qwen");
      assert.equal(verifyAwsSignature(vendor.last, pair).accessKeyId, pair.accessKeyId);
      const error = await failureOf(create(vendor.origin, new FixedKeys()), "qwen");
      assert.deepEqual(verdictOf(error), verdicts.wrongKey);
      assert.match(error.message, /ACCESS_KEY_ID:SECRET_ACCESS_KEY/);
    });

    it("knows the models that have endpoints, and says their names", async () => {
      const error = await at().failure(null, {}, "falcon");
      assert.deepEqual(verdictOf(error), verdicts.notFound);
      assert.match(error.message, /"falcon".*"mistral", "llama2", "qwen"/);
    });

    it("leaves a stream that does not end", async () => {
      const parts = Array<Buffer>(68).fill(payloadPart("a".repeat(1e6)));
      isTooLarge(await at().failure({ ...eventStream(...parts), ending: "hang" }));
    });
  },
);

describe("the provider of Amazon SageMaker at other endpoints", () => {
  useVariables(awsVariables(iam));
  const friendly = { body: { generated_text: "x", details: { finish_reason: "eos_token" } } };
  const atModel = (model: string) =>
    providerAtVendor({ create: (origin) => create(origin), model, friendly, secrets });
  const inAnotherForm = async (at: ProviderAtVendor) => {
    for (const body of [{ outputs: canaryKey }, canaryKey]) {
      const error = await at.failure({ body });
      assert.deepEqual(verdictOf(error), ["FAILED_PRECONDITION", "malformed", false]);
      assert.match(error.message, /accessInfo\.endpoints/);
    }
  };

  describe("of Text Generation Inference", () => {
    const at = atModel("mistral");
    tellsFailures(at, failures);
    hangsUp(at, "before the answer", "hang", "mistral");

    it("says that an endpoint answers in another form", () => inAnotherForm(at()));

    it("leaves a whole answer that does not end", async () => {
      const body = Buffer.alloc(65 * 2 ** 20, "a");
      isTooLarge(await at().failure({ body, ending: "hang" }));
    });

    it("asks Text Generation Inference in the model's own template, signed", async () => {
      const details = { finish_reason: "eos_token", generated_tokens: 5, seed: null };
      const reply = { body: [{ generated_text: " Hello", details }] };
      const request = { maxTokens: 9, temperature: 0.5, topP: 0.9, seed: 7, stop: ["END"] };
      assert.deepEqual(await at().events(reply, request), [
        { type: "text", text: " Hello" },
        { type: "finish", reason: "stop", usage: { inputTokens: null, outputTokens: 5 } },
      ]);
      const { vendor } = at();
      assert.equal(vendor.last.target, "/endpoints/arena-mistral/invocations");
      assert.equal(vendor.last.headers["content-type"], "application/json");
      assert.deepEqual(vendor.last.body, {
        inputs: `[INST] ${question} [/INST]`,
        parameters: {
          max_new_tokens: 9,
          return_full_text: false,
          details: true,
          do_sample: true,
          temperature: 0.5,
          top_p: 0.9,
          seed: 7,
          stop: ["END"],
        },
      });
      assert.deepEqual(verifyAwsSignature(vendor.last, iam), {
        accessKeyId: iam.accessKeyId,
        region,
        service: "sagemaker",
      });
    });

    it("says that the token limit ended a completion, and asks for certainty by its name", async () => {
      const details = { finish_reason: "length", generated_tokens: 512 };
      const reply = { body: { generated_text: "x", details } };
      const last = (await at().events(reply, { temperature: 0 })).at(-1);
      assert.equal(last?.type === "finish" && last.reason, "length");
      const { parameters } = at().vendor.last.fields;
      assert.deepEqual(parameters, {
        max_new_tokens: 512,
        return_full_text: false,
        details: true,
        do_sample: false,
        stop: [],
      });
    });
  });

  describe("of JumpStart's chats", () => {
    const at = atModel("llama2");
    hangsUp(at, "before the answer", "hang", "llama2");

    it("says that an endpoint answers in another form", () => inAnotherForm(at()));

    it("asks JumpStart's chat models, whose licence is accepted by the request", async () => {
      const reply = { body: [{ generation: { role: "assistant", content: " Hello" } }] };
      const request = {
        maxTokens: 9,
        messages: [{ role: "system", content: "Be kind." } as const, asked],
      };
      assert.deepEqual(await at().events(reply, request), [
        { type: "text", text: " Hello" },
        { type: "finish", reason: "stop", usage: { inputTokens: null, outputTokens: null } },
      ]);
      const { vendor } = at();
      assert.equal(vendor.last.headers["x-amzn-sagemaker-custom-attributes"], "accept_eula=true");
      assert.deepEqual(vendor.last.body, {
        inputs: [
          [
            { role: "system", content: "Be kind." },
            { role: "user", content: question },
          ],
        ],
        parameters: { max_new_tokens: 9 },
      });
    });
  });
});

function isTooLarge({ code, message }: Error & { readonly code: string }): void {
  assert.equal(code, "RESOURCE_EXHAUSTED");
  assert.match(message, /^Amazon SageMaker: .*larger than the 64 MiB/);
}
