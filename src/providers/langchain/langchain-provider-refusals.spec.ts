import assert from "node:assert/strict";
import { type HttpAnswer, HttpStandIn } from "../../../test/fixtures/http-stand-in.ts";
import {
  accessTo,
  canaryKey,
  failureOf,
  question,
  verdictOf,
} from "../../../test/fixtures/provider-questions.ts";
import type { Provider } from "../provider.ts";
import { createOpenAI } from "../vendors/openai.ts";

const openAI = (message: string, code: string | null, type = "invalid_request_error") => ({
  error: { message, type, param: null, code },
});
const quoting = `bad key ${canaryKey} for ${question}`;

/** What comes, what is made of it, and what it is. */
const refusals: readonly [string, HttpAnswer, readonly unknown[]][] = [
  [
    "a bad request",
    { status: 400, body: openAI(quoting, "invalid_value") },
    ["INVALID_ARGUMENT", "bad-request", false],
  ],
  [
    "a body that is none of OpenAI's",
    { status: 422, body: { detail: [{ msg: quoting }] } },
    ["INVALID_ARGUMENT", "bad-request", false],
  ],
  [
    "OpenAI's word for too long a conversation",
    { status: 400, body: openAI("x", "context_length_exceeded") },
    ["INVALID_ARGUMENT", "context-length", false],
  ],
  [
    "vLLM's sentence for too long a conversation",
    {
      status: 400,
      body: {
        object: "error",
        message: "This model's maximum context length is 4096 tokens.",
        type: "BadRequestError",
        code: 400,
      },
    },
    ["INVALID_ARGUMENT", "context-length", false],
  ],
  [
    "OpenAI's content filter",
    { status: 400, body: openAI(quoting, "content_policy_violation") },
    ["PERMISSION_DENIED", "content-filter", false],
  ],
  [
    "Azure's content filter",
    {
      status: 400,
      body: {
        error: {
          message: quoting,
          type: null,
          param: "prompt",
          code: "content_filter",
          status: 400,
          innererror: {
            code: "ResponsibleAIPolicyViolation",
            content_filter_result: { hate: { filtered: true, severity: "high" } },
          },
        },
      },
    },
    ["PERMISSION_DENIED", "content-filter", false],
  ],
  [
    "a wrong key",
    { status: 401, body: openAI(quoting, "invalid_api_key") },
    ["UNAUTHENTICATED", "access", false],
  ],
  [
    "a gateway's refusal",
    { status: 401, body: { statusCode: 401, message: quoting } },
    ["UNAUTHENTICATED", "access", false],
  ],
  ["an empty account", { status: 402, body: {} }, ["RESOURCE_EXHAUSTED", "quota", false]],
  [
    "a key without rights",
    { status: 403, body: openAI(quoting, null) },
    ["PERMISSION_DENIED", "access", false],
  ],
  [
    "an unknown model",
    { status: 404, body: openAI("x", "model_not_found") },
    ["NOT_FOUND", "not-found", false],
  ],
  ["a server that gave up", { status: 408, body: {} }, ["DEADLINE_EXCEEDED", "timeout", true]],
  [
    "too many requests",
    { status: 429, body: openAI("x", "rate_limit_exceeded", "requests") },
    ["RESOURCE_EXHAUSTED", "rate-limit", true],
  ],
  [
    "a quota that is used up",
    { status: 429, body: openAI("x", "insufficient_quota", "insufficient_quota") },
    ["RESOURCE_EXHAUSTED", "quota", false],
  ],
  [
    "a failure",
    { status: 500, body: openAI("x", null, "server_error") },
    ["UNAVAILABLE", "unavailable", true],
  ],
  [
    "a proxy's page",
    { status: 502, body: "<html>Bad Gateway</html>" },
    ["UNAVAILABLE", "unavailable", true],
  ],
  [
    "what llama-server was not started for",
    {
      status: 501,
      body: {
        error: {
          code: 501,
          message: "This server does not support embeddings. Start it with `--embeddings`",
          type: "not_supported_error",
        },
      },
    },
    ["UNIMPLEMENTED", "unsupported", false],
  ],
  ["an overload", { status: 529, body: {} }, ["UNAVAILABLE", "unavailable", true]],
  [
    "a model that is being loaded",
    {
      status: 503,
      body: { error: { code: 503, message: "Loading model", type: "unavailable_error" } },
    },
    ["UNAVAILABLE", "loading", true],
  ],
  [
    "a failure that only speaks of loading",
    { status: 500, body: openAI("error loading image", null, "server_error") },
    ["UNAVAILABLE", "unavailable", true],
  ],
  [
    "Ollama's loading",
    { status: 500, body: { error: { message: "llm server loading model", type: "api_error" } } },
    ["UNAVAILABLE", "loading", true],
  ],
  [
    "KubeAI's text",
    { status: 400, body: { error: "bad request: missing model" } },
    ["INVALID_ARGUMENT", "bad-request", false],
  ],
  [
    "KubeAI's unknown model",
    { status: 404, body: { error: 'model not found: "x"' } },
    ["NOT_FOUND", "not-found", false],
  ],
  [
    "a redirect",
    { status: 302, headers: { location: "http://127.0.0.1:9/" }, body: "" },
    ["FAILED_PRECONDITION", "other", false],
  ],
  ["a connection that is closed", { ending: "drop" }, ["UNAVAILABLE", "connection", true]],
  ["a web page", { body: "<html>Welcome</html>" }, ["INTERNAL", "malformed", false]],
];

describe("what a provider on LangChain makes of a refusal", () => {
  let vendor: HttpStandIn;
  let provider: Provider;

  before(async () => {
    vendor = await HttpStandIn.start();
    provider = createOpenAI(accessTo("openai", { baseUrl: `${vendor.origin}/v1` }));
  });
  after(() => vendor.close());
  beforeEach(() => vendor.reset());

  for (const [what, reply, verdict] of refusals) {
    it(`tells ${what}, asked once, without key and question`, async () => {
      vendor.reply(reply);
      assert.deepEqual(verdictOf(await failureOf(provider, "gpt-4o")), verdict);
      assert.equal(vendor.requests.length, 1);
    });
  }
});
