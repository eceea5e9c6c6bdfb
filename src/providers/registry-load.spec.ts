import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { promisify } from "node:util";
import {
  bedrockAnswer,
  bedrockModels,
  iamPair,
  sageMakerAnswer,
} from "../../test/fixtures/aws-questions.ts";
import {
  type HttpAnswer,
  HttpStandIn,
  serverSentEvents,
} from "../../test/fixtures/http-stand-in.ts";
import { spoken } from "../../test/fixtures/openai-events.ts";
import { type ProviderName, providerNames } from "./catalogue.ts";

const run = promisify(execFile);
const endpoints = { m: { name: "e", format: "openai" } };
const nowhere = { baseUrl: "http://127.0.0.1:9/v1", region: "eu-north-1", endpoints };

/** What a program prints that runs in a process of its own, where nothing is imported yet. */
async function printed(program: string): Promise<unknown> {
  const prelude = `
    import { registerHooks } from "node:module";
    const registry = ${JSON.stringify(import.meta.resolve("./registry.ts"))};
    const { createProvider } = await import(registry);
  `;
  const args = ["--input-type=module", "--eval", `${prelude}${program}`];
  const { stdout } = await run(process.execPath, args);
  return JSON.parse(stdout);
}

describe("what providers load at the start", () => {
  it("is the vendor's package, of which each says there that it is missing", async () => {
    const failures = await printed(`
      registerHooks({
        resolve: (name, context, next) => {
          if (!/^@(langchain\\/(?!core)|aws-sdk|smithy)/.test(name)) return next(name, context);
          throw Object.assign(new Error(name + " is missing"), { code: "ERR_MODULE_NOT_FOUND" });
        },
      });
      const failures = [];
      for (const provider of ${JSON.stringify(providerNames)}) {
        const profile = { name: "p", provider, accessInfo: ${JSON.stringify(nowhere)} };
        const { load } = createProvider(profile, null);
        const failure = await load?.().then(() => "none", ({ message }) => message);
        failures.push([provider, /@[\\w-]+\\/[\\w-]+/.exec(failure)?.[0] ?? failure]);
      }
      console.log(JSON.stringify(failures));
    `);
    const optional: Partial<Record<ProviderName, string>> = {
      anthropic: "@langchain/anthropic",
      bedrock: "@langchain/aws",
      gemini: "@langchain/google-genai",
      sagemaker: "@aws-sdk/client-sagemaker-runtime",
    };
    const own = providerNames.map((name) => [name, optional[name] ?? "@langchain/openai"]);
    assert.deepEqual(failures, own);
  }).timeout(30_000);

  it("leaves nothing to be imported by the first request", async () => {
    const vendor = await HttpStandIn.start();
    try {
      vendor.reply(...firsts.map(([, , reply]) => reply));
      const accessInfo = { ...nowhere, baseUrl: vendor.origin, endpointUrl: vendor.origin };
      const asked = firsts.map(([provider, model]) => [{ name: "p", provider, accessInfo }, model]);
      const key = Object.values(iamPair).join(":");
      const seen = await printed(`
        const imported = [];
        registerHooks({ load: (url, context, next) => (imported.push(url), next(url, context)) });
        const keys = { get: async () => ({ reveal: () => ${JSON.stringify(key)} }), refused() {} };
        const { signal } = new AbortController();
        const request = { messages: [{ role: "user", content: "Hi" }] };
        const seen = [];
        for (const [profile, model] of ${JSON.stringify(asked)}) {
          const provider = createProvider(profile, keys);
          await provider.load();
          const isLoaded = imported.splice(0).length > 0;
          const events = await Array.fromAsync(provider.stream(model, request, { signal }));
          const late = imported.splice(0).filter((url) => !url.startsWith("node:"));
          seen.push([profile.provider, isLoaded, events[0].text, late]);
        }
        console.log(JSON.stringify(seen));
      `);
      const imported = firsts.map(([provider]) => [provider, true, "Hi", []]);
      assert.deepEqual(seen, imported);
    } finally {
      await vendor.close();
    }
  }).timeout(30_000);
});

/** The providers whose packages differ; all others share those of the first one. */
const firsts: readonly (readonly [ProviderName, string, HttpAnswer])[] = [
  ["self-hosted", "m", { body: serverSentEvents(spoken("Hi")) }],
  [
    "anthropic",
    "claude-sonnet-4-5",
    {
      body: serverSentEvents([
        { type: "message_start", message: { role: "assistant", content: [], usage: {} } },
        { type: "content_block_start", index: 0, content_block: { type: "text", text: "" } },
        { type: "content_block_delta", index: 0, delta: { type: "text_delta", text: "Hi" } },
        { type: "message_delta", delta: { stop_reason: "end_turn" }, usage: {} },
        { type: "message_stop" },
      ]),
    },
  ],
  [
    "gemini",
    "gemini-2.5-flash",
    {
      body: serverSentEvents([
        { candidates: [{ content: { parts: [{ text: "Hi" }] }, finishReason: "STOP" }] },
      ]),
    },
  ],
  ["bedrock", bedrockModels.streaming, bedrockAnswer("Hi")],
  ["sagemaker", "m", sageMakerAnswer("Hi")],
];
