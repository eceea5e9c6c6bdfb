import assert from "node:assert/strict";
import { awsEvent, awsStreamException } from "../../../../test/fixtures/aws-event-stream.ts";
import {
  awsFailure,
  awsVariables,
  eventStream,
  iamPair as iam,
} from "../../../../test/fixtures/aws-questions.ts";
import { verifyAwsSignature } from "../../../../test/fixtures/aws-signature.ts";
import { useVariables } from "../../../../test/fixtures/environment-variables.ts";
import { HttpStandIn } from "../../../../test/fixtures/http-stand-in.ts";
import { providerAtVendor } from "../../../../test/fixtures/provider-at-vendor.ts";
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
  pictured,
  png,
  showing,
  verdicts,
  weather,
} from "../../../../test/suites/provider.ts";
import type { AccessInfo } from "../../provider-access.ts";
import { createBedrock } from "./bedrock.ts";

const claude = "eu.anthropic.claude-sonnet-4-5-20250929-v1:0";
const llama = "us.meta.llama3-3-70b-instruct-v1:0";
const region = "eu-north-1";
const mistral = "mistral.mistral-7b-instruct-v0:2";
const secrets = [canaryKey, iam.secretAccessKey];

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
const friendly = eventStream(start, ...text("Hel", "lo"), ...stop("end_turn"));
const begun = eventStream(start, ...text("Hel"));
const refusal = (status: number, name: string, message: string) =>
  awsFailure(status, `${name}:http://internal.amazon.com/coral/`, { message });
const denied = (message: string) => refusal(403, "AccessDeniedException", message);
const invalid = (message: string) => refusal(400, "ValidationException", message);
const schema = { type: "object", properties: { a: { type: "integer" } }, required: ["a"] };
const responseFormat = { type: "json-schema", name: "sum", schema } as const;
const asked = { role: "user", content: question } as const;
const sentQuestion = { role: "user", content: [{ text: question }] };
const toolUse = (toolUseId: string, city: string) => ({
  toolUse: { toolUseId, name: "weather", input: { city } },
});
const toolResult = (toolUseId: string, answer: string) => ({
  toolResult: { toolUseId, content: [{ text: answer }] },
});
const { name, description, parameters } = weather;
const toolSpecs = [{ toolSpec: { name, description, inputSchema: { json: parameters } } }];

const create = (origin: string, keys: FixedKeys | null = null, info: AccessInfo = {}) =>
  createBedrock(accessTo("bedrock", { region, endpointUrl: origin, ...info }, keys));

describeProvider(
  "the provider of Amazon Bedrock",
  {
    create,
    model: claude,
    secrets,
    friendly,
    begun,
    calling: (calls) =>
      eventStream(
        start,
        ...text("Looking."),
        ...calls.flatMap(({ id, name, arguments: json }, index) =>
          tool(index + 1, id, name, json.slice(0, 7), json.slice(7)),
        ),
        ...stop("tool_use"),
      ),
    usage,
    asked: {
      target: `/model/${encodeURIComponent(claude)}/converse-stream`,
      // A bearer token, and no signature.
      keyed: { authorization: `Bearer ${canaryKey}` },
      body: { messages: [sentQuestion] },
    },
    settings: [
      {
        maxTokens: 9,
        temperature: 0,
        stop: ["END"],
        messages: [{ role: "system", content: "Be kind." }, asked],
      },
      {
        inferenceConfig: { maxTokens: 9, temperature: 0, stopSequences: ["END"] },
        system: [{ text: "Be kind." }],
        messages: [sentQuestion],
      },
    ],
    images: [
      pictured,
      {
        messages: [
          {
            role: "user",
            content: [
              { text: "What is this?" },
              { image: { format: "png", source: { bytes: png } } },
            ],
          },
        ],
      },
    ],
    tools: {
      sent: { toolConfig: { tools: toolSpecs } },
      choices: [["required", { toolConfig: { tools: toolSpecs, toolChoice: { any: {} } } }]],
      talk: {
        messages: [
          { role: "user", content: [{ text: "Compare." }] },
          { role: "assistant", content: [toolUse("c1", "Oslo"), toolUse("c2", "Rome")] },
          { role: "user", content: [toolResult("c1", "snow"), toolResult("c2", "sun")] },
        ],
      },
    },
    ended: (word) => eventStream(start, ...text("x"), ...stop(word)),
    reasons: {
      stop_sequence: "stop",
      max_tokens: "length",
      model_context_window_exceeded: "length",
      guardrail_intervened: "content-filter",
      content_filtered: "content-filter",
    },
    refused: {
      "JSON without a schema": [{ responseFormat: { type: "json" } }, /JSON answers/],
      "a schema without tools to bind it": [{ responseFormat }, /JSON schema/, llama],
      "a seed": [{ seed: 1 }, /seed/],
      "temperature beside topP on Claude 4": [{ temperature: 1, topP: 1 }, /not both/],
      "an image's address": [showing("https://x.y/z.png"), /messages\[0\]\.content\[0\].*data URL/],
      "an image to a model that is blind": [showing("https://x.y/z.png"), /images/, llama],
      "tools to a model without": [{ tools: [weather] }, /tools/, mistral],
      "a forced tool that cannot be forced": [
        { tools: [weather], toolChoice: "required" },
        /decides itself/,
        llama,
      ],
      "a ban on tools": [{ tools: [weather], toolChoice: "none" }, /Leave tools out/],
    },
    failures: {
      "too many requests": [
        refusal(429, "ThrottlingException", "Too many requests, please wait"),
        verdicts.rateLimit,
        /too many requests/,
      ],
      "tokens of a day that are used up": [
        refusal(
          429,
          "ThrottlingException",
          "Too many tokens per day, please wait before trying again.",
        ),
        verdicts.quota,
        /of this day/,
      ],
      "a quota": [refusal(400, "ServiceQuotaExceededException", "quota"), verdicts.quota, /quota/],
      "a missing policy": [
        denied(
          `User: arn:aws:sts::123456789012:assumed-role/x/${canaryKey} is not authorized to perform: bedrock:InvokeModelWithResponseStream on resource: arn because no identity-based policy allows it`,
        ),
        verdicts.forbidden,
        /no policy allows bedrock:InvokeModelWithResponseStream/,
      ],
      "a model that the account has no access to": [
        denied("You don't have access to the model with the specified model ID."),
        verdicts.forbidden,
        /no access to ".*claude.*" in eu-north-1/,
      ],
      "a missing subscription": [
        denied(
          "Model access is denied due to IAM user or service role is not authorized to perform the required AWS Marketplace actions (aws-marketplace:ViewSubscriptions, aws-marketplace:Subscribe).",
        ),
        verdicts.forbidden,
        /aws-marketplace:Subscribe/,
      ],
      "a form that is missing": [
        refusal(
          404,
          "ResourceNotFoundException",
          "Model use case details have not been submitted for this account.",
        ),
        verdicts.forbidden,
        /form about the use case/,
      ],
      "an unknown key": [
        refusal(403, "UnrecognizedClientException", `The security token ${canaryKey} is invalid.`),
        verdicts.wrongKey,
        /does not take the key/,
      ],
      "an API key that it does not take": [
        denied(`Authentication failed: Please make sure your API Key is valid. ${canaryKey}`),
        verdicts.wrongKey,
        /does not take the key/,
      ],
      "a token that has expired": [
        refusal(
          403,
          "ExpiredTokenException",
          "The security token included in the request is expired",
        ),
        verdicts.wrongKey,
        /expired/,
      ],
      "an unknown model": [
        invalid("The provided model identifier is invalid."),
        verdicts.notFound,
        /no ".*claude.*" in eu-north-1/,
      ],
      "a model that wants an inference profile": [
        invalid(
          `Invocation of model ID ${claude} with on-demand throughput isn’t supported. Retry your request with the ID or ARN of an inference profile that contains this model.`,
        ),
        ["FAILED_PRECONDITION", "not-found", false],
        /inference profiles only/,
      ],
      "a conversation that is too long": [
        invalid("The model returned the following errors: Input is too long for requested model."),
        verdicts.contextLength,
        /longer than the model/,
      ],
      "an image to a model that sees none": [
        invalid("This model doesn't support the image content block that you provided."),
        verdicts.unsupported,
        /cannot see images/,
      ],
      "a request that it does not take": [
        invalid(`1 validation error: ${question} ${canaryKey}`),
        verdicts.badRequest,
        /does not take the request/,
      ],
      "a model that is being loaded": [
        refusal(429, "ModelNotReadyException", "The model is not ready yet"),
        verdicts.loading,
        /still being loaded/,
      ],
      "a model that took too long": [
        refusal(408, "ModelTimeoutException", "timed out"),
        verdicts.timeout,
        /gave up/,
      ],
      "a service that is away": [
        refusal(503, "ServiceUnavailableException", "Bedrock is unable to process your request."),
        verdicts.unavailable,
        /fails at the moment/,
      ],
      "a failure": [
        refusal(500, "InternalServerException", question),
        verdicts.unavailable,
        /fails at the moment/,
      ],
    },
    lists: {
      pages: [
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
        { body: { inferenceProfileSummaries: [inferenceProfile(claude)], nextToken: "more" } },
        { body: { inferenceProfileSummaries: [inferenceProfile(llama)] } },
      ],
      names: ["amazon.nova-lite-v1:0", claude, llama],
      targets: [
        "/foundation-models?byInferenceType=ON_DEMAND",
        "/inference-profiles",
        "/inference-profiles?nextToken=more",
      ],
    },
  },
  () => useVariables(awsVariables(iam)),
);

describe("the provider of Amazon Bedrock, with the machine's own identity", () => {
  useVariables(awsVariables(iam));
  const at = providerAtVendor({
    create: (origin) => create(origin),
    model: claude,
    friendly,
    secrets,
  });
  const { signal } = new AbortController();

  it("signs for the region what it asks and lists", async () => {
    const { vendor, provider } = at();
    const signer = { accessKeyId: iam.accessKeyId, region, service: "bedrock" };
    await at().sent();
    assert.deepEqual(verifyAwsSignature(vendor.last, iam), signer);
    vendor.reply({ body: { modelSummaries: [] } }, { body: { inferenceProfileSummaries: [] } });
    await provider.listModels?.({ signal });
    assert.deepEqual(verifyAwsSignature(vendor.last, iam), signer);
  });

  it("sends an API key at each call", async () => {
    const { vendor } = at();
    const provider = create(vendor.origin, new FixedKeys());
    vendor.reply(friendly, friendly);
    await eventsOf(provider, claude);
    await eventsOf(provider, claude);
    assert.deepEqual(
      vendor.requests.map(({ headers }) => headers.authorization),
      [`Bearer ${canaryKey}`, `Bearer ${canaryKey}`],
    );
  });

  it("signs with a key pair that is given as the key", async () => {
    const { vendor } = at();
    vendor.reply(friendly);
    const pair = { accessKeyId: "AKIAOTHER0000000002", secretAccessKey: "canary-pair-09876543" };
    const key = `${pair.accessKeyId}:${pair.secretAccessKey}:canary-session`;
    process.env["AWS_BEARER_TOKEN_BEDROCK"] = canaryKey;
    await eventsOf(create(vendor.origin, new FixedKeys(key)), claude);
    assert.equal(verifyAwsSignature(vendor.last, pair).accessKeyId, pair.accessKeyId);
    assert.equal(vendor.last.headers["x-amz-security-token"], "canary-session");
  });

  it("assumes a role once, and signs with what it got", async () => {
    await using security = await HttpStandIn.start();
    process.env["AWS_ENDPOINT_URL_STS"] = security.origin;
    const assumed = { accessKeyId: "ASIAROLE00000000003", secretAccessKey: "canary-role-12345" };
    security.reply({ headers: { "content-type": "text/xml" }, body: assumedRole(assumed) });
    const { vendor } = at();
    vendor.reply(friendly, friendly);
    const roleArn = "arn:aws:iam::123456789012:role/arena";
    const provider = create(vendor.origin, null, { roleArn });
    await eventsOf(provider, claude);
    await eventsOf(provider, claude);
    const form = new URLSearchParams(security.last.bytes.toString());
    assert.deepEqual([form.get("Action"), form.get("RoleArn")], ["AssumeRole", roleArn]);
    assert.equal(verifyAwsSignature(security.last, iam).service, "sts");
    assert.equal(verifyAwsSignature(vendor.last, assumed).accessKeyId, assumed.accessKeyId);
    assert.equal(vendor.last.headers["x-amz-security-token"], "canary-token");
    assert.equal(security.requests.length, 1);
  });

  it("refuses a key that no header can carry, without quoting it", async () => {
    const provider = create(at().vendor.origin, new FixedKeys(`${canaryKey}\n2`));
    const error = await failureOf(provider, claude);
    assert.deepEqual(verdictOf(error), verdicts.wrongKey);
    assert.match(error.message, /no header can carry/);
  });

  it("refuses a role beside an API key, and a profile without a region", async () => {
    const roleArn = "arn:aws:iam::1:role/x";
    const provider = create(at().vendor.origin, new FixedKeys(), { roleArn });
    const error = await failureOf(provider, claude);
    assert.deepEqual(verdictOf(error), verdicts.wrongKey);
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
    const error = await at().failure(null);
    assert.deepEqual(verdictOf(error), verdicts.wrongKey);
    assert.match(error.message, /no IAM credentials.*AWS_ACCESS_KEY_ID/);
  });

  it("tells a model without system messages as the user", async () => {
    const messages = [{ role: "system", content: "Be kind." }] as const;
    assert.deepEqual(await at().sent({ messages }, mistral), {
      messages: [{ role: "user", content: [{ text: "Be kind." }] }],
    });
  });

  it("asks models for a whole answer that cannot stream tool calls", async () => {
    const made = toolUse("tooluse_1", "Oslo");
    const reply = {
      body: {
        output: { message: { role: "assistant", content: [{ text: "Hm." }, made] } },
        stopReason: "tool_use",
        usage: { inputTokens: 30, outputTokens: 12, totalTokens: 42 },
        metrics: { latencyMs: 5 },
      },
    };
    assert.deepEqual(await at().events(reply, { tools: [weather] }, llama), [
      { type: "text", text: "Hm." },
      {
        type: "tool-call",
        call: { id: "tooluse_1", name: "weather", arguments: '{"city":"Oslo"}' },
      },
      { type: "finish", reason: "tool-calls", usage },
    ]);
    assert.equal(at().vendor.last.target, `/model/${encodeURIComponent(llama)}/converse`);
  });

  it("holds a model to a JSON schema by a tool, whose arguments are the answer", async () => {
    const reply = eventStream(start, ...tool(0, "t", "sum", '{"a":', "3}"), ...stop("tool_use"));
    assert.deepEqual(await at().events(reply, { responseFormat }), [
      { type: "text", text: '{"a":3}' },
      { type: "finish", reason: "stop", usage },
    ]);
    const { toolConfig } = at().vendor.last.fields;
    assert.deepEqual(Reflect.get(Object(toolConfig), "toolChoice"), { tool: { name: "sum" } });
  });

  it("does not invent tokens that were not counted", async () => {
    const ended = awsEvent("messageStop", { stopReason: "end_turn" });
    const events = await at().events(eventStream(start, ...text("x"), ended));
    const none = { inputTokens: null, outputTokens: null };
    assert.deepEqual(events.at(-1), { type: "finish", reason: "stop", usage: none });
  });

  it("tells what goes wrong within the answer", async () => {
    for (const [name, verdict] of [
      ["throttlingException", verdicts.rateLimit],
      ["modelStreamErrorException", verdicts.brokenStream],
      ["internalServerException", verdicts.unavailable],
      ["validationException", verdicts.badRequest],
    ] as const) {
      const reply = eventStream(start, ...text("Hel"), awsStreamException(name, question));
      assert.deepEqual(verdictOf(await at().failure(reply)), verdict, name);
    }
  });

  it("says that a damaged answer cannot be read", async () => {
    const damaged = Buffer.concat([start, ...text("Hel")]);
    damaged[20] = 0;
    const error = await at().failure({ ...begun, body: damaged });
    assert.deepEqual(verdictOf(error), verdicts.malformed);
  });

  it("embeds texts with Amazon's and Cohere's models", async () => {
    const { provider, vendor } = at();
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
