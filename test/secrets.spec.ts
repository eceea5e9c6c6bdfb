import assert from "node:assert/strict";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { inspect } from "node:util";
import { ArenaClient } from "../src/client/arena-client.ts";
import { createArenaServer } from "../src/compose.ts";
import { Settings } from "../src/config/settings.ts";
import { createModel } from "../src/models/registry.ts";
import { createLogger } from "../src/telemetry/logger.ts";
import { OpenAIStandIn, type Reply, vendorError } from "./fixtures/openai-stand-in.ts";

describe("keys", () => {
  const keys = {
    OPENAI_API_KEY: "sk-canary-openai-8Zk2Qw7x",
    AZURE_OPENAI_API_KEY: "canaryazure5Tr9Lm3c",
    LOCAL_API_KEY: "canary_local_1Vb6Np4d",
  };
  const question = "canary-question-of-a-participant";

  /** Forms of a key in which it can be read: in parts, and in the usual encodings. */
  const formsOf = (key: string): string[] => [
    key,
    key.slice(0, 8),
    key.slice(-6),
    key.slice(3, 11),
    key.slice(6, 15),
    encodeURIComponent(key).replaceAll(/[^%]/g, (it) => `%${Buffer.from(it).toString("hex")}`),
    Buffer.from(key).toString("hex"),
    Buffer.from(key).toString("base64"),
    Buffer.from(`me:${key}`).toString("base64url").slice(4),
    Buffer.from(`u:${key}`).toString("base64").slice(3, -4),
  ];

  /** A vendor that quotes the key, and the question, wherever it can. */
  const failures = (key: string): Reply[] => {
    const words = `key ${key} (${key.slice(0, 8)}****${key.slice(-4)}) said ${question}`;
    const forms = formsOf(key).map((form) => vendorError(`it says ${form}`, "error", "error"));
    const answer = (status: number, body: object | string): Reply => ({
      kind: "answer",
      status,
      body,
      // So long that nothing is tried again.
      headers: { "retry-after": "3600", "x-request-id": "req_1" },
    });
    return [
      ...[400, 401, 403, 404, 413, 422, 429, 500, 503].map((status) =>
        answer(status, vendorError(words, "invalid_request", "error")),
      ),
      ...[404, 429, 500, 503].map((status) => answer(status, { error: `key ${key}` })),
      ...forms.map((body) => answer(404, body)),
      answer(502, `<html>${words}</html>`),
      answer(200, `<html>${words}</html>`),
      answer(200, { choices: [], words }),
    ];
  };

  it("and participants' words are in no answer, log line or metric of any failure", async () => {
    await using vendor = await OpenAIStandIn.start();
    const addresses = {
      OPENAI_BASE_URL: vendor.baseURL,
      AZURE_OPENAI_BASE_URL: vendor.baseURL,
      LOCAL_BASE_URL: vendor.baseURL,
      LOCAL_MODEL: "llama3.2",
    };
    for (const [MODEL, key] of [
      ["openai", keys.OPENAI_API_KEY],
      ["azure", keys.AZURE_OPENAI_API_KEY],
      ["aalto", keys.AZURE_OPENAI_API_KEY],
      ["local", keys.LOCAL_API_KEY],
    ] as const) {
      const settings = { ...keys, ...addresses, MODEL, QUEUE_URL: "memory:" };
      const told = await toldOf(settings, failures(key), vendor);
      assert.equal(vendor.requests.length, failures(key).length);
      vendor.reset();
      assertUntold(told, [...formsOf(key), question]);
    }
  });

  it("that stand in a model's address are in no name, file, answer, log line or metric", async () => {
    await using vendor = await OpenAIStandIn.start();
    const folder = mkdtempSync(join(tmpdir(), "arena-secrets-"));
    await using cleanup = new AsyncDisposableStack();
    cleanup.defer(() => rmSync(folder, { recursive: true }));
    const inQuery = "canaryquery7Gh2Wn5s";
    const inUser = "canarypassword9Kd4Xr";
    const { host } = new URL(vendor.origin);
    const address = `http://me:${inUser}@${host}/gateway/my-gpt?api_key=${inQuery}&v=2`;
    const failed = failures(`${inQuery} ${inUser}`).slice(0, 9);
    for (const [MODEL, place, expected, path] of [
      ["azure", { AZURE_OPENAI_BASE_URL: address }, "my-gpt", "/gateway/my-gpt"],
      ["openai", { OPENAI_BASE_URL: address }, "GPT4_turbo", "/gateway/my-gpt"],
      [
        "local",
        { LOCAL_BASE_URL: address, LOCAL_MODEL: "llama3.2" },
        "llama3.2",
        "/gateway/my-gpt",
      ],
      [
        "azure",
        { AZURE_OPENAI_ENDPOINT: address, AZURE_OPENAI_DEPLOYMENT: "it" },
        "it",
        "/gateway/my-gpt/openai/deployments/it",
      ],
    ] as const) {
      const settings = {
        AZURE_OPENAI_API_KEY: keys.AZURE_OPENAI_API_KEY,
        OPENAI_API_KEY: keys.OPENAI_API_KEY,
        ...place,
        MODEL,
        SHARED_FOLDER_PATH: folder,
      };
      const told = await toldOf(settings, failed, vendor);
      assert.match(told, new RegExp(`modelID: '${expected}'`));
      for (const sent of vendor.requests) {
        assert.equal(sent.path, `${path}/chat/completions`);
        assert.partialDeepStrictEqual(sent.query, { api_key: inQuery, v: "2" });
        const basic = `Basic ${Buffer.from(`me:${inUser}`).toString("base64")}`;
        const bearer = `Bearer ${keys.OPENAI_API_KEY}`;
        assert.equal(sent.headers.authorization, MODEL === "openai" ? bearer : basic);
      }
      assert.equal(vendor.requests.length, failed.length);
      vendor.reset();
      const files = readdirSync(folder);
      assert.ok(files.includes(`${expected}.sqlite`), String(files));
      assertUntold(`${told} ${files}`, [...formsOf(inQuery), ...formsOf(inUser), "api_key"]);
    }
  });

  /** All that a server says to anybody while its vendor answers so, one question each. */
  async function toldOf(
    values: Readonly<Record<string, string>>,
    replies: readonly Reply[],
    vendor: OpenAIStandIn,
  ): Promise<string> {
    let told = "";
    const write = (line: string) => {
      told += line;
    };
    const logger = createLogger("debug", { write });
    const ports = { GRPC_HOST: "127.0.0.1", GRPC_PORT: "0", HTTP_PORT: "0" };
    const settings = Settings.parse({ ...values, ...ports });
    const server = await createArenaServer(settings, await createModel(settings), logger);
    const open = await server.start();
    assert.ok(open);
    const client = new ArenaClient({ address: `127.0.0.1:${open.grpcPort}` });
    await using cleanup = new AsyncDisposableStack();
    // The server waits until the client has taken its answers, so the client closes last.
    cleanup.defer(() => client.close());
    cleanup.defer(() => server.stop());
    told += inspect(await client.registerModel());
    for (const reply of replies) {
      vendor.reply(reply);
      const answer = await client.ask(question);
      assert.ok(answer.error, inspect(answer));
      told += inspect(answer, { depth: 9 });
    }
    told += await (await fetch(`http://127.0.0.1:${open.httpPort}/metrics`)).text();
    await cleanup.disposeAsync();
    return told;
  }

  function assertUntold(told: string, secrets: readonly string[]): void {
    for (const secret of secrets) {
      assert.ok(!told.includes(secret), `${secret}: ${told.slice(told.indexOf(secret) - 300)}`);
    }
  }
});
