import assert from "node:assert/strict";
import { examine, findingOf, markedKey, verdictsOf } from "../../test/fixtures/examine.ts";
import { freePort } from "../../test/fixtures/free-port.ts";
import {
  type HttpReply,
  type HttpRequest,
  HttpStandIn,
  serverSentEvents,
} from "../../test/fixtures/http-stand-in.ts";
import type { Profile } from "../providers/catalogue.ts";

const aWord: HttpReply = {
  headers: { "content-type": "text/event-stream" },
  body: serverSentEvents([
    {
      choices: [{ index: 0, delta: { role: "assistant", content: "Hello" }, finish_reason: null }],
    },
    { choices: [{ index: 0, delta: {}, finish_reason: "stop" }] },
    "[DONE]",
  ]),
};
const refusal = (status: number, message: string, code: string): HttpReply => ({
  status,
  body: { error: { message, code, type: "invalid_request_error" } },
});

describe("arena doctor profiles at vendors and own servers", () => {
  let vendor: HttpStandIn;
  let list: HttpReply;
  /** What a question to a model brings, by the model's name. */
  let models: Readonly<Record<string, HttpReply>>;
  before(async () => {
    vendor = await HttpStandIn.start((request) =>
      request.method === "GET" ? list : (models[modelOf(request)] ?? unknown(request)),
    );
  });
  after(() => vendor[Symbol.asyncDispose]());
  beforeEach(() => {
    vendor.requests.length = 0;
    list = { body: { data: [{ id: "gpt-4o" }, { id: "gpt-4o-mini" }, { id: "o3" }] } };
    models = {};
  });

  const modelOf = ({ path, fields }: HttpRequest): string =>
    /deployments\/([^/]+)/.exec(path)?.[1] ?? String(fields["model"]);
  const unknown = (request: HttpRequest) =>
    refusal(
      404,
      `The model ${modelOf(request)} does not exist, says ${markedKey}`,
      "model_not_found",
    );
  const questions = () => vendor.requests.filter(({ method }) => method === "POST");
  const profileOf = (changes: Partial<Profile> = {}): Profile => ({
    name: "work",
    provider: "openai",
    accessInfo: { baseUrl: `${vendor.origin}/v1` },
    accessKey: markedKey,
    ...changes,
  });

  it("finds exact names and globs in the vendor's list, and asks no model", async () => {
    const findings = await examine(profileOf({ allowedModels: ["gpt-4o", "o?", "gpt-*"] }));
    assert.deepEqual(verdictsOf(findings), [
      "reference: ok",
      "key: ok",
      "model gpt-4o: ok",
      "models o?: ok",
      "models gpt-*: ok",
    ]);
    assert.match(findingOf(findings, "key").detail, /asked for the list of models: 3/);
    assert.equal(findingOf(findings, "models gpt-*").detail, "fits gpt-4o, gpt-4o-mini");
    assert.equal(vendor.requests[0]?.headers.authorization, `Bearer ${markedKey}`);
    assert.deepEqual(questions(), []);
  });

  it("names what no model fits, what is spelled otherwise, and what was probably meant", async () => {
    const findings = await examine(
      profileOf({ allowedModels: ["claude-*", "gpt_4o", "gpt-4o-mimi"] }),
    );
    const say = (check: string) => {
      const { verdict, detail, remedy } = findingOf(findings, check);
      return `${verdict}: ${detail}. ${remedy}`;
    };
    assert.match(
      say("models claude-*"),
      /^problem: fits no model.*the list has gpt-4o, gpt-4o-mini, o3/,
    );
    assert.match(say("model gpt_4o"), /^problem: is spelled gpt-4o there.*Write gpt-4o/);
    assert.match(
      say("model gpt-4o-mimi"),
      /^problem: no model "gpt-4o-mimi".*Did you mean gpt-4o-mini\?/,
    );
  });

  it("asks an alias that the list lacks for one word", async () => {
    models = { "chatgpt-latest": aWord };
    const finding = findingOf(
      await examine(profileOf({ allowedModels: ["chatgpt-latest"] })),
      "model chatgpt-latest",
    );
    assert.equal(finding.verdict, "ok");
    assert.match(finding.detail, /asked for one word, for it is not in the list/);
    const { max_tokens, max_completion_tokens } = questions()[0]?.fields ?? {};
    assert.ok(Number(max_tokens ?? max_completion_tokens) <= 16, "it is cheap");
  });

  it("asks an embedding model for a vector", async () => {
    models = { "own-embedder": { body: { data: [{ index: 0, embedding: [0.5] }] } } };
    const findings = await examine(profileOf({ allowedModels: ["own-embedder"] }));
    assert.equal(findingOf(findings, "model own-embedder").verdict, "ok");
    assert.equal(questions()[0]?.path, "/v1/embeddings");
  });

  it("says how a server makes vectors that was not started for them", async () => {
    const message = "This server does not support embeddings. Start it with `--embeddings`";
    const error = { code: 501, message, type: "not_supported_error" };
    models = { "own-embedder": { status: 501, body: { error } } };
    const findings = await examine(profileOf({ allowedModels: ["own-embedder"] }));
    const { verdict, detail, remedy } = findingOf(findings, "model own-embedder");
    assert.deepEqual(
      [verdict, detail],
      ["problem", "it makes no embeddings (501, not_supported_error)"],
    );
    assert.match(remedy ?? "", /^Start the server with --embeddings/);
  });

  it("names a key that is refused, and asks no model with it", async () => {
    list = refusal(401, `Incorrect API key provided: ${markedKey}`, "invalid_api_key");
    const findings = await examine(profileOf({ allowedModels: ["gpt-4o"] }));
    assert.deepEqual(verdictsOf(findings), ["reference: ok", "key: problem"]);
    assert.match(findingOf(findings, "key").detail, /does not take the key/);
    assert.match(findingOf(findings, "key").remedy ?? "", /accessKey of profile "work"/);
  });

  it("asks the models one by one where the key may not list them", async () => {
    list = refusal(403, "Missing scopes: api.model.read", "insufficient_permissions");
    models = { "gpt-4o": aWord };
    const findings = await examine(profileOf({ allowedModels: ["gpt-4o", "o*"] }));
    assert.deepEqual(verdictsOf(findings), [
      "reference: ok",
      "key: warning",
      "model gpt-4o: ok",
      "models o*: not asked",
    ]);
  });

  it("says that the address has no path, or one too many, as the error does", async () => {
    list = { status: 404, headers: { "content-type": "text/plain" }, body: "404 page not found" };
    for (const [path, what] of [
      ["", "it has no path"],
      ["/v1/chat/completions", "it has a path too many"],
    ] as const) {
      const accessInfo = { baseUrl: `${vendor.origin}${path}` };
      const findings = await examine({ name: "own", provider: "self-hosted", accessInfo });
      const { verdict, detail, remedy } = findingOf(findings, "server");
      assert.equal(verdict, "warning");
      assert.match(detail, new RegExp(`nothing of the API at ${accessInfo.baseUrl}: ${what}`));
      assert.match(remedy ?? "", new RegExp(`profile "own": ${vendor.origin}/v1\\.$`));
    }
  });

  it("asks vendors without a list for one word, and says what cannot be asked", async () => {
    models = { "codestral-latest": aWord };
    const codestral = (allowedModels?: readonly string[]) =>
      examine(
        profileOf({ provider: "mistral-codestral", ...(allowedModels && { allowedModels }) }),
      );
    assert.match(
      findingOf(await codestral(["codestral-latest"]), "model codestral-latest").detail,
      /asked for one word, for there is no list/,
    );
    assert.match(
      findingOf(await codestral(), "models").remedy ?? "",
      /Name a model in allowedModels/,
    );
  });

  it("says when the vendor has no time, no credit or no patience", async () => {
    list = refusal(429, "Rate limit reached", "rate_limit_exceeded");
    assert.equal(findingOf(await examine(profileOf()), "key").verdict, "warning");
    list = refusal(429, "You exceeded your current quota", "insufficient_quota");
    const quota = findingOf(await examine(profileOf()), "key");
    assert.equal(quota.verdict, "problem");
    assert.match(quota.remedy ?? "", /Add credit/);
  });

  it("proves each deployment of Azure by one word, and takes no list for a proof", async () => {
    models = { "gpt-4o-eu": aWord };
    const findings = await examine(
      profileOf({
        provider: "azure-openai",
        accessInfo: {
          endpoint: vendor.origin,
          apiVersion: "2024-10-21",
          deployments: { "gpt-4o": "gpt-4o-eu", o3: "o3-eu" },
        },
      }),
    );
    assert.deepEqual(verdictsOf(findings), [
      "reference: ok",
      "key: ok",
      "model gpt-4o: ok",
      "model o3: problem",
    ]);
    assert.equal(vendor.requests[0]?.headers["api-key"], markedKey);
    assert.match(vendor.requests[0]?.target ?? "", /^\/openai\/models\?api-version=2024-10-21$/);
  });

  const server = (
    provider: Profile["provider"],
    allowedModels: readonly string[] = [],
  ): Profile => ({
    name: "own",
    provider,
    accessInfo: { baseUrl: `${vendor.origin}/v1` },
    ...(allowedModels.length > 0 && { allowedModels }),
  });

  it("tells a server of one's own that is loading from one that is dead", async () => {
    list = { status: 503, body: { error: { message: "Loading model", code: 503 } } };
    const loading = findingOf(await examine(server("self-hosted")), "server");
    assert.deepEqual(
      [loading.verdict, loading.detail],
      ["warning", "its model is still being loaded"],
    );
    const port = await freePort();
    const dead = { ...server("vllm"), accessInfo: { baseUrl: `http://127.0.0.1:${port}/v1` } };
    const finding = findingOf(await examine(dead), "server");
    assert.equal(finding.verdict, "problem");
    assert.match(`${finding.detail} ${finding.remedy}`, /nothing answers at .*127\.0\.0\.1:/);
  });

  it("knows Ollama's models without their tag", async () => {
    list = { body: { data: [{ id: "llama3.2:latest" }] } };
    const findings = await examine(server("ollama", ["llama3.2"]));
    assert.deepEqual(verdictsOf(findings), [
      "reference: not asked",
      "server: ok",
      "model llama3.2: ok",
    ]);
    assert.equal(findingOf(findings, "server").detail, "answers; models in its list: 1");
  });

  it("says what a profile without a list of its own allows, and that nothing is there", async () => {
    assert.match(
      findingOf(await examine(server("vllm")), "models").detail,
      /gpt-4o, gpt-4o-mini, o3/,
    );
    list = { body: { data: [] } };
    assert.equal(findingOf(await examine(server("vllm")), "models").verdict, "problem");
  });

  it("tells no key that stands in the list of models", async () => {
    list = { body: { data: [{ id: markedKey }] } };
    assert.match(findingOf(await examine(profileOf()), "models").detail, /\[secret\]/);
  });
});
