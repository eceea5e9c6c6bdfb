import assert from "node:assert/strict";
import { awsEvent, awsStreamException } from "../../../../test/fixtures/aws-event-stream.ts";
import { verifyAwsSignature } from "../../../../test/fixtures/aws-signature.ts";
import { useVariables } from "../../../../test/fixtures/environment-variables.ts";
import { type HttpAnswer, HttpStandIn } from "../../../../test/fixtures/http-stand-in.ts";
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
import type { AccessInfo } from "../../../arena-file/profile.ts";
import type { Provider } from "../../provider.ts";
import { createBedrock } from "./bedrock.ts";

const claude = "eu.anthropic.claude-sonnet-4-5-20250929-v1:0";
const llama = "us.meta.llama3-3-70b-instruct-v1:0";
const region = "eu-north-1";
const iam = { accessKeyId: "AKIAEXAMPLE00000001", secretAccessKey: "canary-iam-Zx81qLw0PpTt" };
const secrets = [canaryKey, iam.secretAccessKey];
const png = "iVBORw0KGgo=";
const weather = {
  name: "weather",
  description: "Tells the weather",
  parameters: { type: "object", properties: { city: { type: "string" } }, required: ["city"] },
};
const noTokens = { inputTokens: null, outputTokens: null };

const framed = (...frames: Buffer[]): HttpAnswer => ({
  headers: { "content-type": "application/vnd.amazon.eventstream", "x-amzn-requestid": "r-1" },
  body: Buffer.concat(frames),
});
const start = awsEvent("messageStart", { role: "assistant" });
const text = (...pieces: string[]) => [
  ...pieces.map((piece) =>
    awsEvent("contentBlockDelta", { contentBlockIndex: 0, delta: { text: piece } }),
  ),
  awsEvent("contentBlockStop", { contentBlockIndex: 0 }),
];
const tool = (contentBlockIndex: number, toolUseId: string, name: string, ...inputs: string[]) => [
  awsEvent("contentBlockStart", { contentBlockIndex, start: { toolUse: { toolUseId, name } } }),
  ...inputs.map((input) =>
    awsEvent("contentBlockDelta", { contentBlockIndex, delta: { toolUse: { input } } }),
  ),
  awsEvent("contentBlockStop", { contentBlockIndex }),
];
const stop = (stopReason: string) => [
  awsEvent("messageStop", { stopReason }),
  awsEvent("metadata", {
    usage: { inputTokens: 30, outputTokens: 12, totalTokens: 42 },
    metrics: { latencyMs: 275 },
  }),
];
const usage = { inputTokens: 30, outputTokens: 12 };
const friendly = framed(start, ...text("Hel", "lo"), ...stop("end_turn"));
const refusal = (status: number, name: string, message: string): HttpAnswer => ({
  status,
  headers: {
    "content-type": "application/json",
    "x-amzn-errortype": `${name}:http://internal.amazon.com/coral/`,
    "x-amzn-requestid": "r-2",
  },
  body: { message },
});

describe("the provider of Amazon Bedrock", () => {
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
    AWS_BEARER_TOKEN_BEDROCK: undefined,
    AWS_CONFIG_FILE: "/dev/null",
    AWS_SHARED_CREDENTIALS_FILE: "/dev/null",
    AWS_EC2_METADATA_DISABLED: "true",
  });

  const create = (info: AccessInfo = {}, keys: FixedKeys | null = null): Provider =>
    createBedrock(accessTo("bedrock", { region, endpointUrl: vendor.origin, ...info }, keys));

  it("streams text with the machine's own identity, signed for the region", async () => {
    vendor.reply(friendly);
    assert.deepEqual(await eventsOf(create(), claude), [
      { type: "text", text: "Hel" },
      { type: "text", text: "lo" },
      { type: "finish", reason: "stop", usage },
    ]);
    assert.equal(vendor.last.target, `/model/${encodeURIComponent(claude)}/converse-stream`);
    assert.deepEqual(vendor.last.body, {
      messages: [{ role: "user", content: [{ text: question }] }],
    });
    assert.deepEqual(verifyAwsSignature(vendor.last, iam), {
      accessKeyId: iam.accessKeyId,
      region,
      service: "bedrock",
    });
  });

  it("sends an API key as a bearer token, and no signature", async () => {
    vendor.reply(friendly, friendly);
    const provider = create({}, new FixedKeys());
    await eventsOf(provider, claude);
    await eventsOf(provider, claude);
    assert.deepEqual(
      vendor.requests.map(({ headers }) => headers.authorization),
      [`Bearer ${canaryKey}`, `Bearer ${canaryKey}`],
    );
  });

  it("signs with a key pair that is given as the key", async () => {
    vendor.reply(friendly);
    const pair = { accessKeyId: "AKIAOTHER0000000002", secretAccessKey: "canary-pair-09876543" };
    const key = `${pair.accessKeyId}:${pair.secretAccessKey}:canary-session`;
    process.env["AWS_BEARER_TOKEN_BEDROCK"] = canaryKey;
    await eventsOf(create({}, new FixedKeys(key)), claude);
    assert.equal(verifyAwsSignature(vendor.last, pair).accessKeyId, pair.accessKeyId);
    assert.equal(vendor.last.headers["x-amz-security-token"], "canary-session");
  });

  describe("with a role", () => {
    let security: HttpStandIn;
    const variables: Record<string, string> = {};
    before(async () => {
      security = await HttpStandIn.start();
      variables["AWS_ENDPOINT_URL_STS"] = security.origin;
    });
    after(() => security.close());
    beforeEach(() => Object.assign(process.env, variables));
    afterEach(() => {
      delete process.env["AWS_ENDPOINT_URL_STS"];
    });

    it("assumes it once, and signs with what it got", async () => {
      const assumed = { accessKeyId: "ASIAROLE00000000003", secretAccessKey: "canary-role-12345" };
      security.reply({ headers: { "content-type": "text/xml" }, body: assumedRole(assumed) });
      vendor.reply(friendly, friendly);
      const roleArn = "arn:aws:iam::123456789012:role/arena";
      const provider = create({ roleArn });
      await eventsOf(provider, claude);
      await eventsOf(provider, claude);
      const form = new URLSearchParams(security.last.bytes.toString());
      assert.deepEqual([form.get("Action"), form.get("RoleArn")], ["AssumeRole", roleArn]);
      assert.equal(verifyAwsSignature(security.last, iam).service, "sts");
      assert.equal(verifyAwsSignature(vendor.last, assumed).accessKeyId, assumed.accessKeyId);
      assert.equal(vendor.last.headers["x-amz-security-token"], "canary-token");
      assert.equal(security.requests.length, 1);
    });
  });

  it("refuses a key that no header can carry, without quoting it", async () => {
    const error = await failureOf(create({}, new FixedKeys(`${canaryKey}\n2`)), claude);
    assert.deepEqual(verdictOf(error), ["UNAUTHENTICATED", "access", false]);
    assert.match(error.message, /no header can carry/);
  });

  it("refuses a role beside an API key, and a profile without a region", async () => {
    const error = await failureOf(
      create({ roleArn: "arn:aws:iam::1:role/x" }, new FixedKeys()),
      claude,
    );
    assert.deepEqual(verdictOf(error), ["UNAUTHENTICATED", "access", false]);
    assert.match(error.message, /role.*IAM credentials.*API key/);
    for (const wrong of [undefined, "Frankfurt", "eu-north-1.example.org/"]) {
      const info = wrong === undefined ? {} : { region: wrong };
      assert.throws(
        () => createBedrock(accessTo("bedrock", info)),
        /accessInfo\.region of the profile test.*eu-north-1/,
      );
    }
  });

  it("says that there are no IAM credentials, and where they may come from", async () => {
    delete process.env["AWS_ACCESS_KEY_ID"];
    const error = await failureOf(create(), claude);
    assert.deepEqual(verdictOf(error), ["UNAUTHENTICATED", "access", false]);
    assert.match(error.message, /no IAM credentials.*AWS_ACCESS_KEY_ID/);
  });

  it("sends every setting of the request in Converse's words", async () => {
    vendor.reply(friendly);
    const { messages } = asking();
    await eventsOf(create(), claude, {
      maxTokens: 9,
      temperature: 0,
      stop: ["END"],
      messages: [{ role: "system", content: "Be kind." }, ...messages],
    });
    assert.deepEqual(vendor.last.body, {
      inferenceConfig: { maxTokens: 9, temperature: 0, stopSequences: ["END"] },
      system: [{ text: "Be kind." }],
      messages: [{ role: "user", content: [{ text: question }] }],
    });
  });

  it("tells a model without system messages as the user", async () => {
    vendor.reply(friendly);
    await eventsOf(create(), "mistral.mistral-7b-instruct-v0:2", {
      messages: [{ role: "system", content: "Be kind." }],
    });
    assert.deepEqual(vendor.last.body, {
      messages: [{ role: "user", content: [{ text: "Be kind." }] }],
    });
  });

  it("sends images as bytes", async () => {
    vendor.reply(friendly);
    const content = [
      { type: "text", text: "What is this?" },
      { type: "image", url: `data:image/png;base64,${png}` },
    ] as const;
    await eventsOf(create(), claude, { messages: [{ role: "user", content }] });
    assert.deepEqual(vendor.last.body, {
      messages: [
        {
          role: "user",
          content: [
            { text: "What is this?" },
            { image: { format: "png", source: { bytes: png } } },
          ],
        },
      ],
    });
  });

  it("offers tools, and passes parallel calls on whole", async () => {
    vendor.reply(
      framed(
        start,
        ...text("Looking."),
        ...tool(1, "tooluse_1", "weather", '{"city"', ': "Oslo"}'),
        ...tool(2, "tooluse_2", "weather", '{"city": "Rome"}'),
        ...stop("tool_use"),
      ),
    );
    const request = asking({ tools: [weather], toolChoice: "required" });
    assert.deepEqual(await eventsOf(create(), claude, request), [
      { type: "text", text: "Looking." },
      {
        type: "tool-call",
        call: { id: "tooluse_1", name: "weather", arguments: '{"city": "Oslo"}' },
      },
      {
        type: "tool-call",
        call: { id: "tooluse_2", name: "weather", arguments: '{"city": "Rome"}' },
      },
      { type: "finish", reason: "tool-calls", usage },
    ]);
    const { toolConfig } = vendor.last.body as { toolConfig: unknown };
    const { name, description, parameters } = weather;
    assert.deepEqual(toolConfig, {
      tools: [{ toolSpec: { name, description, inputSchema: { json: parameters } } }],
      toolChoice: { any: {} },
    });
  });

  it("asks models for a whole answer that cannot stream tool calls", async () => {
    const toolUse = { toolUseId: "tooluse_1", name: "weather", input: { city: "Oslo" } };
    vendor.reply({
      body: {
        output: { message: { role: "assistant", content: [{ text: "Hm." }, { toolUse }] } },
        stopReason: "tool_use",
        usage: { inputTokens: 30, outputTokens: 12, totalTokens: 42 },
        metrics: { latencyMs: 5 },
      },
    });
    assert.deepEqual(await eventsOf(create(), llama, asking({ tools: [weather] })), [
      { type: "text", text: "Hm." },
      {
        type: "tool-call",
        call: { id: "tooluse_1", name: "weather", arguments: '{"city":"Oslo"}' },
      },
      { type: "finish", reason: "tool-calls", usage },
    ]);
    assert.equal(vendor.last.target, `/model/${encodeURIComponent(llama)}/converse`);
  });

  it("sends what tools answered, parallel ones in one message", async () => {
    vendor.reply(friendly);
    const call = (id: string, city: string) => ({
      id,
      name: "weather",
      arguments: JSON.stringify({ city }),
    });
    await eventsOf(create(), claude, {
      tools: [weather],
      messages: [
        { role: "user", content: "Compare." },
        { role: "assistant", content: "", toolCalls: [call("t1", "Oslo"), call("t2", "Rome")] },
        { role: "tool", toolCallID: "t1", content: "snow" },
        { role: "tool", toolCallID: "t2", content: "sun" },
      ],
    });
    const { messages } = vendor.last.body as { messages: object[] };
    const result = (toolUseId: string, answer: string) => ({
      toolResult: { toolUseId, content: [{ text: answer }] },
    });
    assert.deepEqual(messages.slice(1), [
      {
        role: "assistant",
        content: [
          { toolUse: { toolUseId: "t1", name: "weather", input: { city: "Oslo" } } },
          { toolUse: { toolUseId: "t2", name: "weather", input: { city: "Rome" } } },
        ],
      },
      { role: "user", content: [result("t1", "snow"), result("t2", "sun")] },
    ]);
  });

  const schema = { type: "object", properties: { a: { type: "integer" } }, required: ["a"] };
  const responseFormat = { type: "json-schema", name: "sum", schema } as const;

  it("holds a model to a JSON schema by a tool, whose arguments are the answer", async () => {
    vendor.reply(framed(start, ...tool(0, "t", "sum", '{"a":', "3}"), ...stop("tool_use")));
    assert.deepEqual(await eventsOf(create(), claude, asking({ responseFormat })), [
      { type: "text", text: '{"a":3}' },
      { type: "finish", reason: "stop", usage },
    ]);
    const { toolConfig } = vendor.last.body as { toolConfig: { toolChoice: unknown } };
    assert.deepEqual(toolConfig.toolChoice, { tool: { name: "sum" } });
  });

  for (const [word, reason] of [
    ["stop_sequence", "stop"],
    ["max_tokens", "length"],
    ["model_context_window_exceeded", "length"],
    ["guardrail_intervened", "content-filter"],
    ["content_filtered", "content-filter"],
  ] as const) {
    it(`reads the stop reason ${word} as ${reason}`, async () => {
      vendor.reply(framed(start, ...text("x"), ...stop(word)));
      const last = (await eventsOf(create(), claude)).at(-1);
      assert.deepEqual(last, { type: "finish", reason, usage });
    });
  }

  it("does not invent tokens that were not counted", async () => {
    vendor.reply(framed(start, ...text("x"), awsEvent("messageStop", { stopReason: "end_turn" })));
    const last = (await eventsOf(create(), claude)).at(-1);
    assert.deepEqual(last, { type: "finish", reason: "stop", usage: noTokens });
  });

  const image = { role: "user", content: [{ type: "image", url: "https://x.y/z.png" }] } as const;
  const refused: [string, string, Parameters<typeof asking>[0], RegExp][] = [
    ["JSON without a schema", claude, { responseFormat: { type: "json" } }, /JSON answers/],
    ["a schema without tools to bind it", llama, { responseFormat }, /JSON schema/],
    ["a seed", claude, { seed: 1 }, /seed/],
    ["temperature beside topP on Claude 4", claude, { temperature: 1, topP: 1 }, /not both/],
    ["an image's address", claude, { messages: [image] }, /messages\[0\]\.content\[0\].*data URL/],
    ["an image to a model that is blind", llama, { messages: [image] }, /images/],
    ["tools to a model without", "mistral.mistral-7b-instruct-v0:2", { tools: [weather] }, /tools/],
    [
      "a forced tool that cannot be forced",
      llama,
      { tools: [weather], toolChoice: "required" },
      /decides itself/,
    ],
    ["a ban on tools", claude, { tools: [weather], toolChoice: "none" }, /Leave tools out/],
  ];
  for (const [what, model, fields, problem] of refused) {
    it(`refuses ${what} before the call`, async () => {
      const error = await failureOf(create(), model, asking(fields));
      assert.deepEqual(verdictOf(error), ["INVALID_ARGUMENT", "unsupported", false]);
      assert.match(error.message, problem);
      assert.deepEqual(vendor.requests, []);
    });
  }

  const errors: [string, HttpAnswer, readonly unknown[], RegExp][] = [
    [
      "too many requests",
      refusal(429, "ThrottlingException", "Too many requests, please wait"),
      ["RESOURCE_EXHAUSTED", "rate-limit", true],
      /too many requests/,
    ],
    [
      "tokens of a day that are used up",
      refusal(
        429,
        "ThrottlingException",
        "Too many tokens per day, please wait before trying again.",
      ),
      ["RESOURCE_EXHAUSTED", "quota", false],
      /of this day/,
    ],
    [
      "a quota",
      refusal(400, "ServiceQuotaExceededException", "quota"),
      ["RESOURCE_EXHAUSTED", "quota", false],
      /quota/,
    ],
    [
      "a missing policy",
      refusal(
        403,
        "AccessDeniedException",
        `User: arn:aws:sts::123456789012:assumed-role/x/${canaryKey} is not authorized to perform: bedrock:InvokeModelWithResponseStream on resource: arn because no identity-based policy allows it`,
      ),
      ["PERMISSION_DENIED", "access", false],
      /no policy allows bedrock:InvokeModelWithResponseStream/,
    ],
    [
      "a model that the account has no access to",
      refusal(
        403,
        "AccessDeniedException",
        "You don't have access to the model with the specified model ID.",
      ),
      ["PERMISSION_DENIED", "access", false],
      /no access to ".*claude.*" in eu-north-1/,
    ],
    [
      "a missing subscription",
      refusal(
        403,
        "AccessDeniedException",
        "Model access is denied due to IAM user or service role is not authorized to perform the required AWS Marketplace actions (aws-marketplace:ViewSubscriptions, aws-marketplace:Subscribe).",
      ),
      ["PERMISSION_DENIED", "access", false],
      /aws-marketplace:Subscribe/,
    ],
    [
      "a form that is missing",
      refusal(
        404,
        "ResourceNotFoundException",
        "Model use case details have not been submitted for this account.",
      ),
      ["PERMISSION_DENIED", "access", false],
      /form about the use case/,
    ],
    [
      "an unknown key",
      refusal(403, "UnrecognizedClientException", `The security token ${canaryKey} is invalid.`),
      ["UNAUTHENTICATED", "access", false],
      /does not take the key/,
    ],
    [
      "an API key that it does not take",
      refusal(
        403,
        "AccessDeniedException",
        `Authentication failed: Please make sure your API Key is valid. ${canaryKey}`,
      ),
      ["UNAUTHENTICATED", "access", false],
      /does not take the key/,
    ],
    [
      "a token that has expired",
      refusal(
        403,
        "ExpiredTokenException",
        "The security token included in the request is expired",
      ),
      ["UNAUTHENTICATED", "access", false],
      /expired/,
    ],
    [
      "an unknown model",
      refusal(400, "ValidationException", "The provided model identifier is invalid."),
      ["NOT_FOUND", "not-found", false],
      /no ".*claude.*" in eu-north-1/,
    ],
    [
      "a model that wants an inference profile",
      refusal(
        400,
        "ValidationException",
        `Invocation of model ID ${claude} with on-demand throughput isn’t supported. Retry your request with the ID or ARN of an inference profile that contains this model.`,
      ),
      ["FAILED_PRECONDITION", "not-found", false],
      /inference profiles only/,
    ],
    [
      "a conversation that is too long",
      refusal(
        400,
        "ValidationException",
        "The model returned the following errors: Input is too long for requested model.",
      ),
      ["INVALID_ARGUMENT", "context-length", false],
      /longer than the model/,
    ],
    [
      "an image to a model that sees none",
      refusal(
        400,
        "ValidationException",
        "This model doesn't support the image content block that you provided.",
      ),
      ["INVALID_ARGUMENT", "unsupported", false],
      /cannot see images/,
    ],
    [
      "a request that it does not take",
      refusal(400, "ValidationException", `1 validation error: ${question} ${canaryKey}`),
      ["INVALID_ARGUMENT", "bad-request", false],
      /does not take the request/,
    ],
    [
      "a model that is being loaded",
      refusal(429, "ModelNotReadyException", "The model is not ready yet"),
      ["UNAVAILABLE", "loading", true],
      /still being loaded/,
    ],
    [
      "a model that took too long",
      refusal(408, "ModelTimeoutException", "timed out"),
      ["DEADLINE_EXCEEDED", "timeout", true],
      /gave up/,
    ],
    [
      "a service that is away",
      refusal(503, "ServiceUnavailableException", "Bedrock is unable to process your request."),
      ["UNAVAILABLE", "unavailable", true],
      /fails at the moment/,
    ],
    [
      "a failure",
      refusal(500, "InternalServerException", question),
      ["UNAVAILABLE", "unavailable", true],
      /fails at the moment/,
    ],
  ];
  for (const [what, reply, verdict, problem] of errors) {
    it(`tells ${what}, once and without key and question`, async () => {
      vendor.reply(reply);
      const keys = new FixedKeys();
      const error = await failureOf(create({}, keys), claude, asking(), secrets);
      assert.deepEqual(verdictOf(error), verdict);
      assert.match(error.message, problem);
      assert.match(error.message, /^Amazon Bedrock: /);
      assert.equal(vendor.requests.length, 1);
      assert.equal(keys.refusals, error.code === "UNAUTHENTICATED" ? 1 : 0);
    });
  }

  it("tells what goes wrong within the answer", async () => {
    const cases: [string, readonly unknown[]][] = [
      ["throttlingException", ["RESOURCE_EXHAUSTED", "rate-limit", true]],
      ["modelStreamErrorException", ["UNAVAILABLE", "broken-stream", true]],
      ["internalServerException", ["UNAVAILABLE", "unavailable", true]],
      ["validationException", ["INVALID_ARGUMENT", "bad-request", false]],
    ];
    for (const [name, verdict] of cases) {
      vendor.reply(framed(start, ...text("Hel"), awsStreamException(name, question)));
      assert.deepEqual(verdictOf(await failureOf(create(), claude)), verdict, name);
    }
  });

  it("takes an answer for broken that ends without a reason or with its connection", async () => {
    for (const ending of ["end", "drop"] as const) {
      vendor.reply({ ...framed(start, ...text("Hel")), ending });
      const error = await failureOf(create(), claude);
      assert.deepEqual(verdictOf(error), ["UNAVAILABLE", "broken-stream", true], ending);
    }
  });

  it("says that a damaged answer cannot be read", async () => {
    const damaged = Buffer.concat([start, ...text("Hel")]);
    damaged[20] = 0;
    vendor.reply({ ...framed(), body: damaged });
    const error = await failureOf(create(), claude);
    assert.deepEqual(verdictOf(error), ["INTERNAL", "malformed", false]);
  });

  it("says where nothing answers", async () => {
    const gone = await HttpStandIn.start();
    const { origin } = gone;
    await gone.close();
    const error = await failureOf(create({ endpointUrl: origin }), claude);
    assert.deepEqual(verdictOf(error), ["UNAVAILABLE", "connection", true]);
    assert.match(error.message, new RegExp(`nothing answers at ${origin}`));
  });

  it("hangs up at once when nobody waits any longer, before the answer and within it", async () => {
    const reason = new Error("the participant left");
    for (const reply of [
      { ending: "hang" },
      { ...framed(start, ...text("Hel")), ending: "hang" },
    ] as const) {
      vendor.reset();
      vendor.reply(reply);
      const controller = new AbortController();
      const events = create().stream(claude, asking(), { signal: controller.signal });
      const answered = assert.rejects(async () => {
        for await (const event of events) if (event.type === "text") controller.abort(reason);
      }, reason);
      await vendor.received(1);
      if (!("body" in reply)) controller.abort(reason);
      await answered;
      await vendor.last.closed;
    }
  });

  it("lists models on demand and the inference profiles of all pages", async () => {
    vendor.reply(
      {
        body: {
          modelSummaries: [
            {
              modelId: "amazon.nova-lite-v1:0",
              modelArn: "a",
              modelLifecycle: { status: "ACTIVE" },
            },
            { modelId: "old", modelArn: "b", modelLifecycle: { status: "LEGACY" } },
          ],
        },
      },
      {
        body: {
          inferenceProfileSummaries: [inferenceProfile(claude)],
          nextToken: "more",
        },
      },
      { body: { inferenceProfileSummaries: [inferenceProfile(llama)] } },
    );
    const { signal } = new AbortController();
    assert.deepEqual(await create().listModels?.({ signal }), [
      "amazon.nova-lite-v1:0",
      claude,
      llama,
    ]);
    assert.deepEqual(
      vendor.requests.map(({ target }) => target),
      [
        "/foundation-models?byInferenceType=ON_DEMAND",
        "/inference-profiles",
        "/inference-profiles?nextToken=more",
      ],
    );
    assert.equal(verifyAwsSignature(vendor.last, iam).service, "bedrock");
  });

  it("embeds texts with Amazon's and Cohere's models", async () => {
    const { signal } = new AbortController();
    const provider = create();
    vendor.reply({ body: { embedding: [1, 2], inputTextTokenCount: 1 } });
    assert.deepEqual(await provider.embed?.("amazon.titan-embed-text-v2:0", ["a"], { signal }), [
      [1, 2],
    ]);
    assert.deepEqual(vendor.last.body, { inputText: "a" });
    vendor.reply({ body: { embeddings: { float: [[1], [2]] } } });
    assert.deepEqual(await provider.embed?.("cohere.embed-v4:0", ["a", "b"], { signal }), [
      [1],
      [2],
    ]);
    assert.deepEqual(vendor.last.body, {
      texts: ["a", "b"],
      input_type: "search_document",
      embedding_types: ["float"],
      truncate: "NONE",
    });
    await assert.rejects(async () => provider.embed?.(claude, ["a"], { signal }), /no vectors/);
  });
});

function assumedRole(keys: typeof iam): string {
  return `<AssumeRoleResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><AssumeRoleResult>
    <Credentials><AccessKeyId>${keys.accessKeyId}</AccessKeyId>
    <SecretAccessKey>${keys.secretAccessKey}</SecretAccessKey>
    <SessionToken>canary-token</SessionToken><Expiration>2099-01-01T00:00:00Z</Expiration></Credentials>
    </AssumeRoleResult></AssumeRoleResponse>`;
}

function inferenceProfile(inferenceProfileId: string): object {
  return {
    inferenceProfileId,
    inferenceProfileName: "x",
    inferenceProfileArn: "a",
    models: [],
    status: "ACTIVE",
    type: "SYSTEM_DEFINED",
  };
}
