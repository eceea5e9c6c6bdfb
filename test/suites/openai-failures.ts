import type { HttpAnswer } from "../fixtures/http-stand-in.ts";
import { vendorError } from "../fixtures/openai-stand-in.ts";
import { question } from "../fixtures/provider-questions.ts";
import { type Failure, verdicts } from "./provider.ts";

/**
 * How vendors and servers fail that speak the OpenAI API, asked for `gpt-4o`. They
 * quote the key and the question.
 */
export function openAIFailures(key: string): Readonly<Record<string, Failure>> {
  const quoting = `Incorrect API key provided: ${key}. Also: ${key.slice(0, 10)}****${key.slice(-4)}, ${question}`;
  const openAI = (
    status: number,
    code: string | null,
    message = quoting,
    type = "invalid_request_error",
  ): HttpAnswer => ({ status, body: vendorError(message, code, type) });
  const said = (status: number, error: unknown): HttpAnswer => ({ status, body: { error } });
  const json = { "content-type": "application/json" };
  const other = ["FAILED_PRECONDITION", "other", false];
  return {
    "a bad request": [
      openAI(400, "invalid_value"),
      verdicts.badRequest,
      /400, invalid_value, invalid_request_error/,
    ],
    "a body that is none of OpenAI's": [
      { status: 422, body: { detail: [{ msg: quoting }] } },
      verdicts.badRequest,
    ],
    "OpenAI's word for too long a conversation": [
      openAI(400, "context_length_exceeded", "x"),
      verdicts.contextLength,
      /longer than the model can read/,
    ],
    "vLLM's sentence for too long a conversation": [
      {
        status: 400,
        body: {
          object: "error",
          message: "This model's maximum context length is 4096 tokens.",
          type: "BadRequestError",
          code: 400,
        },
      },
      verdicts.contextLength,
    ],
    "OpenAI's content filter": [openAI(400, "content_policy_violation"), verdicts.filtered],
    "Azure's content filter": [
      said(400, {
        message: quoting,
        type: null,
        param: "prompt",
        code: "content_filter",
        status: 400,
        innererror: {
          code: "ResponsibleAIPolicyViolation",
          content_filter_result: { hate: { filtered: true, severity: "high" } },
        },
      }),
      verdicts.filtered,
      /content filter/,
    ],
    "a wrong key, which the vendor quotes": [
      openAI(401, "invalid_api_key"),
      verdicts.wrongKey,
      /does not take the key/,
    ],
    "a gateway's refusal": [
      { status: 401, body: { statusCode: 401, message: quoting } },
      verdicts.wrongKey,
      /does not take the key/,
    ],
    "an account without credit": [{ status: 402, body: {} }, verdicts.quota, /no credit/],
    "a model that the key may not use": [
      openAI(403, "model_not_allowed", quoting, "x"),
      verdicts.forbidden,
      /may not use "gpt-4o" \(403, model_not_allowed\)/,
    ],
    "a key without rights": [openAI(403, null), verdicts.forbidden],
    "an unknown model": [
      openAI(404, "model_not_found"),
      verdicts.notFound,
      /no model "gpt-4o" at http:\/\/127/,
    ],
    "a server that gave up": [{ status: 408, body: {} }, verdicts.timeout, /408/],
    "a request that is too large": [
      { status: 413, body: "<html>too large</html>" },
      verdicts.badRequest,
      /413/,
    ],
    "too many requests": [
      openAI(429, "rate_limit_exceeded", "x", "requests"),
      verdicts.rateLimit,
      /too many/,
    ],
    "too many requests, without a word": [
      { status: 429, body: {} },
      verdicts.rateLimit,
      /too many/,
    ],
    "a quota that is used up": [
      openAI(429, "insufficient_quota", "You exceeded your current quota", "insufficient_quota"),
      verdicts.quota,
      /quota is used up/,
    ],
    "a failure": [openAI(500, null, "x", "server_error"), verdicts.unavailable, /500/],
    "a failure that quotes": [said(500, quoting), verdicts.unavailable, /500/],
    "a failure that only speaks of loading": [
      openAI(500, null, "error loading image", "server_error"),
      verdicts.unavailable,
    ],
    "a proxy's page": [
      { status: 502, body: `<html>${"Bad gateway ".repeat(9999)}${quoting}</html>` },
      verdicts.unavailable,
      /502/,
    ],
    "a server that is away": [{ status: 503, body: {} }, verdicts.unavailable, /503/],
    "what llama-server was not started for": [
      said(501, {
        code: 501,
        message: "This server does not support embeddings. Start it with `--embeddings`",
        type: "not_supported_error",
      }),
      ["UNIMPLEMENTED", "unsupported", false],
    ],
    "an overload": [{ status: 529, body: {} }, verdicts.unavailable],
    "a model that is being loaded": [
      said(503, { code: 503, message: "Loading model", type: "unavailable_error" }),
      verdicts.loading,
    ],
    "Ollama's loading": [
      said(500, { message: "llm server loading model", type: "api_error" }),
      verdicts.loading,
    ],
    "KubeAI's text": [said(400, "bad request: missing model"), verdicts.badRequest],
    "KubeAI's unknown model": [said(404, 'model not found: "x"'), verdicts.notFound],
    "a redirect": [
      { status: 302, headers: { location: "http://127.0.0.1:9/" }, body: "" },
      other,
      /302/,
    ],
    "a redirect that keeps the question": [
      { status: 307, headers: { location: "http://127.0.0.1:9/" }, body: "" },
      other,
      /307/,
    ],
    "a server that is something else": [{ status: 418, body: "teapot" }, other, /418/],
    "a connection that is closed": ["drop", verdicts.connection, /connection to http.* broke/],
    "an answer that breaks off": [
      { headers: { ...json, "content-length": "1000" }, body: '{"id":', ending: "drop" },
      verdicts.brokenStream,
      /broke/,
    ],
    "a web page": [{ body: `<html>${key}</html>` }, verdicts.malformed, /cannot be read/],
    "JSON that is none": [
      { headers: json, body: `{"a": ${key}` },
      verdicts.malformed,
      /cannot be read/,
    ],
    "an answer without choices": [
      { body: { choices: [], key } },
      verdicts.malformed,
      /cannot be read/,
    ],
    "an answer of another API": [{ body: { text: key } }, verdicts.malformed, /cannot be read/],
  };
}
