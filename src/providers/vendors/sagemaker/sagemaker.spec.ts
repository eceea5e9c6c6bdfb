import assert from "node:assert/strict";
import { awsEventFrame, awsStreamException } from "../../../../test/fixtures/aws-event-stream.ts";
import { verifyAwsSignature } from "../../../../test/fixtures/aws-signature.ts";
import { useVariables } from "../../../../test/fixtures/environment-variables.ts";
import {
  type HttpAnswer,
  HttpStandIn,
  serverSentEvents,
} from "../../../../test/fixtures/http-stand-in.ts";
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
import { createSageMaker } from "./sagemaker.ts";

const region = "us-east-1";
const iam = { accessKeyId: "AKIAEXAMPLE00000001", secretAccessKey: "canary-iam-Zx81qLw0PpTt" };
const endpoints = {
  mistral: { name: "arena-mistral", format: "tgi" },
  llama2: { name: "arena-llama2", format: "jumpstart-chat" },
  qwen: { name: "arena-qwen", format: "openai" },
} as const;
const weather = {
  name: "weather",
  description: "Tells the weather",
  parameters: { type: "object", properties: { city: { type: "string" } }, required: ["city"] },
};

const payloadPart = (bytes: string) =>
  awsEventFrame(
    {
      ":event-type": "PayloadPart",
      ":content-type": "application/octet-stream",
      ":message-type": "event",
    },
    bytes,
  );
const framed = (...frames: Buffer[]): HttpAnswer => ({
  headers: {
    "content-type": "application/vnd.amazon.eventstream",
    "x-amzn-sagemaker-content-type": "text/event-stream",
  },
  body: Buffer.concat(frames),
});
const chunk = (delta: object, finish_reason: string | null = null) => ({
  id: "chatcmpl-1",
  object: "chat.completion.chunk",
  created: 1,
  model: "qwen",
  choices: [{ index: 0, delta, finish_reason }],
});
const counted = {
  id: "chatcmpl-1",
  object: "chat.completion.chunk",
  created: 1,
  model: "qwen",
  choices: [],
  usage: { prompt_tokens: 7, completion_tokens: 2, total_tokens: 9 },
};
const friendly = () => {
  const text = serverSentEvents([
    chunk({ role: "assistant", content: "Hel" }),
    chunk({ content: "lo" }),
    chunk({}, "stop"),
    counted,
    "[DONE]",
  ]);
  // Parts are cut where the container's buffer was full, within an event as well.
  return framed(payloadPart(text.slice(0, 50)), payloadPart(text.slice(50)));
};
const refusal = (status: number, name: string, body: object): HttpAnswer => ({
  status,
  headers: { "content-type": "application/json", "x-amzn-errortype": name },
  body,
});
const modelError = (OriginalStatusCode: number, OriginalMessage: string) =>
  refusal(424, "ModelError", {
    Message: `Received client error (${OriginalStatusCode}) from primary with message "${OriginalMessage}".`,
    OriginalStatusCode,
    OriginalMessage,
    LogStreamArn: "arn:aws:logs:us-east-1:123456789012:log-group:x",
  });

describe("the provider of Amazon SageMaker", () => {
  let vendor: HttpStandIn;
  before(async () => {
    vendor = await HttpStandIn.start();
  });
  after(() => vendor.close());
  beforeEach(() => vendor.reset());
  useVariables({
    AWS_ACCESS_KEY_ID: iam.accessKeyId,
    AWS_SECRET_ACCESS_KEY: iam.secretAccessKey,
    AWS_SESSION_TOKEN: undefined,
    AWS_PROFILE: undefined,
    AWS_CONFIG_FILE: "/dev/null",
    AWS_SHARED_CREDENTIALS_FILE: "/dev/null",
    AWS_EC2_METADATA_DISABLED: "true",
  });

  const create = (keys: FixedKeys | null = null): Provider => {
    const info = { region, endpointUrl: vendor.origin, endpoints };
    return createSageMaker(accessTo("sagemaker", info, keys));
  };

  it("leaves an answer that does not end, whole or in a stream", async () => {
    const part = "a".repeat(1e6);
    const stream = framed(...Array<Buffer>(68).fill(payloadPart(part)));
    vendor.reply({ body: Buffer.alloc(65 * 2 ** 20, "a"), ending: "hang" });
    vendor.reply({ ...stream, ending: "hang" });
    for (const model of ["mistral", "qwen"]) {
      const { code, message } = await failureOf(create(), model);
      assert.equal(code, "RESOURCE_EXHAUSTED");
      assert.match(message, /^Amazon SageMaker: .*larger than the 64 MiB/);
    }
  });

  it("asks Text Generation Inference in the model's own template, signed", async () => {
    vendor.reply({
      body: [
        {
          generated_text: " Hello",
          details: { finish_reason: "eos_token", generated_tokens: 5, seed: null },
        },
      ],
    });
    const request = asking({ maxTokens: 9, temperature: 0.5, topP: 0.9, seed: 7, stop: ["END"] });
    assert.deepEqual(await eventsOf(create(), "mistral", request), [
      { type: "text", text: " Hello" },
      { type: "finish", reason: "stop", usage: { inputTokens: null, outputTokens: 5 } },
    ]);
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
    vendor.reply({
      body: { generated_text: "x", details: { finish_reason: "length", generated_tokens: 512 } },
    });
    const last = (await eventsOf(create(), "mistral", asking({ temperature: 0 }))).at(-1);
    assert.equal(last?.type === "finish" && last.reason, "length");
    const { parameters } = vendor.last.body as { parameters: object };
    assert.deepEqual(parameters, {
      max_new_tokens: 512,
      return_full_text: false,
      details: true,
      do_sample: false,
      stop: [],
    });
  });

  it("asks JumpStart's chat models, whose licence is accepted by the request", async () => {
    vendor.reply({ body: [{ generation: { role: "assistant", content: " Hello" } }] });
    const { messages } = asking();
    const request = {
      maxTokens: 9,
      messages: [{ role: "system", content: "Be kind." } as const, ...messages],
    };
    assert.deepEqual(await eventsOf(create(), "llama2", request), [
      { type: "text", text: " Hello" },
      { type: "finish", reason: "stop", usage: { inputTokens: null, outputTokens: null } },
    ]);
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

  it("streams from endpoints that speak the OpenAI API", async () => {
    vendor.reply(friendly());
    assert.deepEqual(await eventsOf(create(), "qwen", asking({ maxTokens: 9 })), [
      { type: "text", text: "Hel" },
      { type: "text", text: "lo" },
      { type: "finish", reason: "stop", usage: { inputTokens: 7, outputTokens: 2 } },
    ]);
    assert.equal(vendor.last.target, "/endpoints/arena-qwen/invocations-response-stream");
    assert.deepEqual(vendor.last.body, {
      model: "qwen",
      messages: [{ role: "user", content: question }],
      max_tokens: 9,
      stream: true,
      stream_options: { include_usage: true },
    });
    assert.equal(verifyAwsSignature(vendor.last, iam).service, "sagemaker");
  });

  it("passes images, tools and parallel calls on where the endpoint knows them", async () => {
    const call = (index: number, id: string, city: string) => ({
      index,
      id,
      type: "function",
      function: { name: "weather", arguments: JSON.stringify({ city }) },
    });
    const events = [
      chunk({ role: "assistant", tool_calls: [call(0, "c1", "Oslo")] }),
      chunk({ tool_calls: [call(1, "c2", "Rome")] }),
      chunk({}, "tool_calls"),
      "[DONE]",
    ];
    vendor.reply(framed(payloadPart(serverSentEvents(events))));
    const url = "data:image/png;base64,iVBORw0KGgo=";
    const answer = await eventsOf(create(), "qwen", {
      tools: [weather],
      messages: [{ role: "user", content: [{ type: "image", url }] }],
    });
    assert.deepEqual(
      answer.map((event) => (event.type === "tool-call" ? event.call : event.type)),
      [
        { id: "c1", name: "weather", arguments: '{"city":"Oslo"}' },
        { id: "c2", name: "weather", arguments: '{"city":"Rome"}' },
        "finish",
      ],
    );
    const body = vendor.last.body as { messages: object; tools: object };
    assert.deepEqual(body.messages, [
      { role: "user", content: [{ type: "image_url", image_url: { url } }] },
    ]);
    assert.deepEqual(body.tools, [{ type: "function", function: weather }]);
  });

  const image = {
    role: "user",
    content: [{ type: "image", url: "data:image/png;base64,AA==" }],
  } as const;
  const refused: [string, string, Parameters<typeof asking>[0], RegExp][] = [
    ["images to TGI", "mistral", { messages: [image] }, /images/],
    ["tools to TGI", "mistral", { tools: [weather] }, /tools/],
    ["JSON to TGI", "mistral", { responseFormat: { type: "json" } }, /JSON/],
    ["images to JumpStart", "llama2", { messages: [image] }, /images/],
    ["tools to JumpStart", "llama2", { tools: [weather] }, /tools/],
    ["stop words to JumpStart", "llama2", { stop: ["END"] }, /stop/],
    ["a seed to JumpStart", "llama2", { seed: 1 }, /seed/],
  ];
  for (const [what, model, fields, problem] of refused) {
    it(`refuses ${what} before the call`, async () => {
      const error = await failureOf(create(), model, asking(fields));
      assert.deepEqual(verdictOf(error), ["INVALID_ARGUMENT", "unsupported", false]);
      assert.match(error.message, problem);
      assert.deepEqual(vendor.requests, []);
    });
  }

  it("knows the models that have endpoints, and says their names", async () => {
    const error = await failureOf(create(), "falcon");
    assert.deepEqual(verdictOf(error), ["NOT_FOUND", "not-found", false]);
    assert.match(error.message, /"falcon".*"mistral", "llama2", "qwen"/);
    const { signal } = new AbortController();
    assert.deepEqual(await create().listModels?.({ signal }), ["mistral", "llama2", "qwen"]);
  });

  it("takes a key pair as the key, and refuses any other without quoting it", async () => {
    const pair = { accessKeyId: "AKIAOTHER0000000002", secretAccessKey: "canary-pair-09876543" };
    vendor.reply(friendly());
    await eventsOf(create(new FixedKeys(Object.values(pair).join(":"))), "qwen");
    assert.equal(verifyAwsSignature(vendor.last, pair).accessKeyId, pair.accessKeyId);
    const error = await failureOf(create(new FixedKeys()), "qwen");
    assert.deepEqual(verdictOf(error), ["UNAUTHENTICATED", "access", false]);
    assert.match(error.message, /ACCESS_KEY_ID:SECRET_ACCESS_KEY/);
  });

  const errors: [string, HttpAnswer, readonly unknown[], RegExp][] = [
    [
      "a model's server that does not take the request",
      modelError(422, `{"error":"bad ${question} ${canaryKey}","error_type":"validation"}`),
      ["INVALID_ARGUMENT", "bad-request", false],
      /does not take the request/,
    ],
    [
      "a conversation that is too long",
      modelError(
        422,
        '{"error":"Input validation error: `inputs` tokens + `max_new_tokens` must be <= 4096. Given: 5000 `inputs` tokens and 512 `max_new_tokens`"}',
      ),
      ["INVALID_ARGUMENT", "context-length", false],
      /longer than the model/,
    ],
    [
      "a model's server that fails",
      modelError(500, "CUDA out of memory"),
      ["UNAVAILABLE", "unavailable", true],
      /fails at the moment/,
    ],
    [
      "a model's server that is overloaded",
      modelError(429, "Model is overloaded"),
      ["RESOURCE_EXHAUSTED", "rate-limit", true],
      /too many/,
    ],
    [
      "a model's server that is loading",
      modelError(503, "Model is loading"),
      ["UNAVAILABLE", "loading", true],
      /loaded/,
    ],
    [
      "a container that knows no such page",
      modelError(404, "Not Found"),
      ["FAILED_PRECONDITION", "other", false],
      /Check the endpoint's container and its format/,
    ],
    [
      "an endpoint that is not there",
      refusal(400, "ValidationError", {
        message: "Endpoint arena-qwen of account 123456789012 not found.",
      }),
      ["NOT_FOUND", "not-found", false],
      /no "arena-qwen" in us-east-1/,
    ],
    [
      "an endpoint that is not ready",
      refusal(429, "ModelNotReadyException", { Message: "The model is not ready" }),
      ["UNAVAILABLE", "loading", true],
      /loaded/,
    ],
    [
      "a service that is away",
      refusal(503, "ServiceUnavailable", { Message: "away" }),
      ["UNAVAILABLE", "unavailable", true],
      /fails at the moment/,
    ],
    [
      "too many requests",
      refusal(400, "ThrottlingException", { message: "Rate exceeded" }),
      ["RESOURCE_EXHAUSTED", "rate-limit", true],
      /too many/,
    ],
    [
      "a missing policy",
      refusal(403, "AccessDeniedException", {
        Message: `User: arn:aws:iam::1:user/${canaryKey} is not authorized to perform: sagemaker:InvokeEndpoint on resource: arn`,
      }),
      ["PERMISSION_DENIED", "access", false],
      /sagemaker:InvokeEndpoint/,
    ],
  ];
  for (const [what, reply, verdict, problem] of errors) {
    it(`tells ${what}, whatever the format, and without key and question`, async () => {
      for (const model of ["mistral", "qwen"]) {
        vendor.reset();
        vendor.reply(reply);
        const provider = create();
        const error = await failureOf(provider, model, asking(), [canaryKey, iam.secretAccessKey]);
        assert.deepEqual(verdictOf(error), verdict, model);
        if (model === "qwen") assert.match(error.message, problem);
        assert.equal(vendor.requests.length, 1);
      }
    });
  }

  it("tells what goes wrong within the answer", async () => {
    const begun = payloadPart(serverSentEvents([chunk({ content: "Hel" })]));
    vendor.reply(framed(begun, awsStreamException("ModelStreamError", question)), framed(begun), {
      ...framed(begun),
      ending: "drop",
    });
    for (let count = 0; count < 3; count++) {
      const error = await failureOf(create(), "qwen");
      assert.deepEqual(verdictOf(error), ["UNAVAILABLE", "broken-stream", true], `${count}`);
    }
  });

  it("says that an endpoint answers in another form than its format's", async () => {
    vendor.reply({ body: { outputs: canaryKey } }, { body: canaryKey });
    for (const model of ["mistral", "llama2"]) {
      const error = await failureOf(create(), model);
      assert.deepEqual(verdictOf(error), ["FAILED_PRECONDITION", "malformed", false]);
      assert.match(error.message, /accessInfo\.endpoints/);
    }
  });

  it("hangs up at once when nobody waits any longer", async () => {
    const reason = new Error("the participant left");
    for (const model of ["mistral", "llama2", "qwen"]) {
      vendor.reset();
      vendor.reply({ ending: "hang" });
      const controller = new AbortController();
      const events = create().stream(model, asking(), { signal: controller.signal });
      const answered = assert.rejects(Array.fromAsync(events), reason);
      await vendor.received(1);
      controller.abort(reason);
      await answered;
      await vendor.last.closed;
    }
  });

  it("hangs up within an answer", async () => {
    const begun = payloadPart(serverSentEvents([chunk({ content: "Hel" })]));
    vendor.reply({ ...framed(begun), ending: "hang" });
    const controller = new AbortController();
    const reason = new Error("the participant left");
    const events = create().stream("qwen", asking(), { signal: controller.signal });
    await assert.rejects(async () => {
      for await (const event of events) if (event.type === "text") controller.abort(reason);
    }, reason);
    await vendor.last.closed;
  });
});
