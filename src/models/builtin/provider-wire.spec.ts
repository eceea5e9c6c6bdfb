import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { useVariables } from "../../../test/fixtures/environment-variables.ts";
import { OpenAIStandIn } from "../../../test/fixtures/openai-stand-in.ts";
import { RecordingLogger } from "../../../test/fixtures/recording-logger.ts";
import { createRequestContext } from "../../../test/fixtures/request-context.ts";
import { Settings } from "../../config/settings.ts";
import type { Logger } from "../../data-models/request-context.ts";
import { createModel } from "../registry.ts";

describe("what each provider receives", () => {
  let vendor: OpenAIStandIn;
  before(async () => {
    vendor = await OpenAIStandIn.start();
  });
  after(() => vendor.close());

  const keys = {
    OPENAI_API_KEY: "canary-openai",
    AZURE_OPENAI_API_KEY: "canary-azure",
    LOCAL_API_KEY: "canary-local",
  };
  /** Asks once and returns what arrived, with the keys of all headers that hold one. */
  const send = async (values: Record<string, string>, logger?: Logger) => {
    const model = await createModel(Settings.parse(values), undefined, logger);
    await model.start();
    const messages = [{ role: "system", content: "Be kind." }];
    await model.getResponse({ messages }, createRequestContext());
    const { method, path, query, headers, body } = vendor.last;
    const keyed = Object.entries(headers).filter(([, value]) => String(value).includes("canary"));
    return { method, path, query, keys: Object.fromEntries(keyed), headers, body };
  };
  const asked = (model: string, role = "system") => ({
    model,
    stream: true,
    stream_options: { include_usage: true },
    messages: [{ role, content: "Be kind." }],
  });

  it("sends OpenAI its key as a bearer token and nothing of the other settings", async () => {
    const sent = await send({ ...keys, MODEL: "openai", OPENAI_BASE_URL: vendor.baseURL });
    assert.deepEqual(sent.keys, { authorization: "Bearer canary-openai" });
    assert.deepEqual([sent.path, sent.query], ["/v1/chat/completions", {}]);
    assert.deepEqual(sent.body, asked("gpt-4o"));
  });

  it("asks each of OpenAI's names for its own model in the role that it knows", async () => {
    for (const [MODEL, model, role] of [
      ["openai_image", "gpt-4o", "system"],
      ["o1", "o1", "developer"],
      ["o1mini", "o1-mini", "user"],
    ] as const) {
      const sent = await send({ ...keys, MODEL, OPENAI_BASE_URL: vendor.baseURL });
      assert.deepEqual(sent.body, asked(model, role));
    }
  });

  it("asks the OpenAI model that is set", async () => {
    const values = { MODEL: "o1", OPENAI_MODEL: "o5", OPENAI_SYSTEM_ROLE: "user" };
    const sent = await send({ ...keys, ...values, OPENAI_BASE_URL: `${vendor.baseURL}/` });
    assert.equal(sent.path, "/v1/chat/completions");
    assert.deepEqual(sent.body, asked("o5", "user"));
  });

  it("asks an Azure deployment with api-key and api-version", async () => {
    for (const slash of ["", "/"]) {
      const sent = await send({
        ...keys,
        MODEL: "azure",
        AZURE_OPENAI_ENDPOINT: `${vendor.origin}${slash}`,
        AZURE_OPENAI_DEPLOYMENT: "my-gpt",
        AZURE_OPENAI_API_VERSION: "2025-01-01",
      });
      assert.deepEqual(sent.keys, { "api-key": "canary-azure" });
      assert.equal(sent.headers.authorization, undefined);
      assert.equal(sent.path, "/openai/deployments/my-gpt/chat/completions");
      assert.deepEqual(sent.query, { "api-version": "2025-01-01" });
      assert.deepEqual(sent.body, asked("my-gpt"));
    }
  });

  it("asks a gateway at its base URL with the key in the header that it wants", async () => {
    const sent = await send({
      ...keys,
      MODEL: "azure",
      AZURE_OPENAI_BASE_URL: `${vendor.origin}/gateway/gpt-4o-mini/`,
      AZURE_OPENAI_KEY_HEADER: "X-Gateway-Key",
      AZURE_OPENAI_SYSTEM_ROLE: "user",
    });
    assert.deepEqual(sent.keys, { "x-gateway-key": "canary-azure" });
    assert.equal(sent.headers.authorization, undefined);
    assert.equal(sent.headers["api-key"], undefined);
    assert.equal(sent.path, "/gateway/gpt-4o-mini/chat/completions");
    assert.deepEqual(sent.query, { "api-version": "2024-10-21" });
    assert.deepEqual(sent.body, asked("gpt-4o-mini", "user"));
  });

  it("sends no dated api-version to Azure's undated API", async () => {
    const AZURE_OPENAI_BASE_URL = `${vendor.origin}/openai/v1`;
    const values = { MODEL: "azure", AZURE_OPENAI_BASE_URL, AZURE_OPENAI_DEPLOYMENT: "my-gpt" };
    const sent = await send({ ...keys, ...values });
    assert.deepEqual([sent.path, sent.query], ["/openai/v1/chat/completions", {}]);
    assert.deepEqual(sent.body, asked("my-gpt"));
  });

  it("asks Aalto's gateway with its subscription header, whichever variable holds the key", async () => {
    const base = { AZURE_OPENAI_BASE_URL: `${vendor.origin}/v1/openai/deployments/o1-2024-12-17/` };
    for (const [name, key] of [
      ["AZURE_OPENAI_API_KEY", keys.AZURE_OPENAI_API_KEY],
      ["OPENAI_API_KEY", keys.OPENAI_API_KEY],
    ] as const) {
      const sent = await send({ MODEL: "aalto_o1", ...base, [name]: key });
      assert.deepEqual(sent.keys, { "ocp-apim-subscription-key": key });
      assert.equal(sent.headers.authorization, undefined);
      assert.equal(sent.path, "/v1/openai/deployments/o1-2024-12-17/chat/completions");
      assert.deepEqual(sent.query, {});
      assert.deepEqual(sent.body, asked("o1-2024-12-17", "developer"));
    }
  });

  it("sends a local server no key, or its own, and never that of others", async () => {
    const local = { MODEL: "local", LOCAL_MODEL: "llama3.2", LOCAL_BASE_URL: vendor.baseURL };
    const { LOCAL_API_KEY, ...others } = keys;
    const without = await send({ ...others, ...local });
    assert.deepEqual([without.keys, without.headers.authorization], [{}, undefined]);
    const withKey = await send({ ...others, ...local, LOCAL_API_KEY });
    assert.deepEqual(withKey.keys, { authorization: "Bearer canary-local" });
    assert.deepEqual(withKey.body, asked("llama3.2"));
  });

  it("sends a server of one's own addresses of private images by leave only", async () => {
    const url = "http://10.0.0.9/cat.png";
    const messages = [
      { role: "user", content: [{ type: "image_url" as const, image_url: { url } }] },
    ];
    const local = { MODEL: "local", LOCAL_MODEL: "llava", LOCAL_BASE_URL: vendor.baseURL };
    const yaml = `profiles: [{name: p, provider: vllm, accessInfo: {baseUrl: "${vendor.baseURL}"}}]
routes: [{name: r, candidates: [{profile: p, model: llava}]}]`;
    const folder = mkdtempSync(join(tmpdir(), "arena-wire-"));
    const CONFIG_FILE = join(folder, "arena.yaml");
    writeFileSync(CONFIG_FILE, yaml);
    try {
      for (const settings of [local, { MODEL: "routed", ROUTE: "r", CONFIG_FILE }]) {
        vendor.reset();
        for (const PRIVATE_IMAGE_URLS of ["false", "true"]) {
          const model = await createModel(Settings.parse({ ...settings, PRIVATE_IMAGE_URLS }));
          await model.start();
          const asked = model.getResponse({ messages }, createRequestContext());
          if (PRIVATE_IMAGE_URLS === "true") await asked;
          else await assert.rejects(asked, /private network|PRIVATE_IMAGE_URLS/);
        }
        const chats = vendor.requests.filter(({ path }) => path.endsWith("/completions"));
        assert.equal(chats.length, 1);
      }
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  describe("where variables of SDKs are set", () => {
    const variables = {
      LANGSMITH_TRACING: "true",
      LANGSMITH_TRACING_V2: "true",
      LANGCHAIN_TRACING: "true",
      LANGCHAIN_TRACING_V2: "true",
      LANGCHAIN_VERBOSE: "true",
      OPENAI_CUSTOM_HEADERS: "x-foreign: canary-foreign",
      // As soon as a call ends, were there a trace of it.
      LANGCHAIN_CALLBACKS_BACKGROUND: "false",
      LANGSMITH_TRACING_BACKGROUND: "false",
      LANGSMITH_API_KEY: "canary-foreign",
    };
    let tracer: OpenAIStandIn;
    before(async () => {
      tracer = await OpenAIStandIn.start();
    });
    after(() => tracer.close());
    useVariables(variables);
    useVariables({ LANGSMITH_ENDPOINT: undefined });

    const base = { MODEL: "local", LOCAL_MODEL: "llama3.2" };
    const loud = [
      "LANGCHAIN_TRACING",
      "LANGCHAIN_TRACING_V2",
      "LANGCHAIN_VERBOSE",
      "LANGSMITH_TRACING",
      "LANGSMITH_TRACING_V2",
      "OPENAI_CUSTOM_HEADERS",
    ];

    it("sends and prints nothing by them, and says so", async () => {
      process.env["LANGSMITH_ENDPOINT"] = tracer.origin;
      const logger = new RecordingLogger();
      const settings = { ...base, LOCAL_BASE_URL: vendor.baseURL };
      const sent = await send(settings, logger);
      assert.equal(sent.headers["x-foreign"], undefined);
      assert.deepEqual(tracer.requests, []);
      const line = logger.items.find(({ msg }) => msg.includes("SDK_VARIABLES"));
      assert.deepEqual(line?.["variables"], loud);
      // Its key is no leave, and a model of one's own may want it.
      assert.equal(process.env["LANGSMITH_API_KEY"], "canary-foreign");
    });

    it("leaves them alone where SDK_VARIABLES says so", async () => {
      for (const name of ["LANGCHAIN_VERBOSE", ...loud.filter((it) => /TRACING/.test(it))]) {
        process.env[name] = "false";
      }
      delete process.env["LANGCHAIN_TRACING"];
      const settings = { ...base, LOCAL_BASE_URL: vendor.baseURL, SDK_VARIABLES: "true" };
      const sent = await send(settings);
      assert.equal(sent.headers["x-foreign"], "canary-foreign");
      assert.equal(process.env["LANGSMITH_TRACING"], "false");
    });
  });

  it("takes an address of a local server without its path, as Ollama's is given", async () => {
    const local = { MODEL: "local", LOCAL_MODEL: "llama3.2" };
    for (const path of ["", "/", "/api"]) {
      const { origin } = new URL(vendor.baseURL);
      const sent = await send({ ...local, LOCAL_BASE_URL: `${origin}${path}` });
      assert.equal(sent.path, "/v1/chat/completions");
    }
    const { host } = new URL(vendor.baseURL);
    const sent = await send({
      ...local,
      LOCAL_BASE_URL: `http://me:pass-word@${host}?key=pearl-7`,
    });
    assert.deepEqual([sent.path, sent.query], ["/v1/chat/completions", { key: "pearl-7" }]);
    assert.match(String(sent.headers["authorization"]), /^Basic /);
  });

  it("takes nothing from variables that the settings do not name", async () => {
    const foreign = {
      OPENAI_API_KEY: "canary-foreign",
      OPENAI_ADMIN_KEY: "canary-foreign",
      OPENAI_BASE_URL: "http://127.0.0.1:9/foreign",
      OPENAI_API_BASE: "http://127.0.0.1:9/foreign",
      OPENAI_ORGANIZATION: "canary-foreign",
      OPENAI_ORG_ID: "canary-foreign",
      OPENAI_PROJECT_ID: "canary-foreign",
      LANGSMITH_GATEWAY: "http://127.0.0.1:9/foreign",
      LANGSMITH_GATEWAY_API_KEY: "canary-foreign",
      LC_OUTPUT_VERSION: "v1",
    };
    const before = { ...process.env };
    Object.assign(process.env, foreign);
    try {
      const base = { MODEL: "local", LOCAL_MODEL: "llama3.2", LOCAL_BASE_URL: vendor.baseURL };
      const sent = await send(base);
      assert.deepEqual(sent.keys, {});
    } finally {
      for (const name of Object.keys(foreign)) delete process.env[name];
      Object.assign(process.env, before);
    }
  });
});
