import assert from "node:assert/strict";
import { inspect } from "node:util";
import { HttpStandIn, serverSentEvents } from "../../../test/fixtures/http-stand-in.ts";
import { spoken } from "../../../test/fixtures/openai-events.ts";
import { providerAtVendor } from "../../../test/fixtures/provider-at-vendor.ts";
import {
  accessTo,
  canaryKey,
  eventsOf,
  FixedKeys,
  failureOf,
  question,
  verdictOf,
} from "../../../test/fixtures/provider-questions.ts";
import { ProviderError } from "../../errors/model-errors.ts";
import { SecretError } from "../../errors/route-errors.ts";
import type { SecretSource } from "../../secrets/secret-source.ts";
import { createOpenAI } from "../vendors/openai.ts";
import { createKubeAI, createVllm } from "../vendors/self-hosted.ts";

describe("a provider on LangChain", () => {
  const create = (origin: string, keys: SecretSource) =>
    createOpenAI(accessTo("openai", { baseUrl: `${origin}/v1` }, keys));
  const friendly = { body: serverSentEvents(spoken("x")) };
  const at = providerAtVendor({ create, model: "gpt-4o", friendly });

  it("says for how long it is to be left alone, in each way of saying it", async () => {
    const inAMinute = new Date(Date.now() + 60_000).toUTCString();
    for (const [headers, body, least, most] of [
      [{ "retry-after": "7" }, {}, 7000, 7000],
      [{ "retry-after-ms": "250", "retry-after": "1" }, {}, 250, 250],
      [{ "retry-after": inAMinute }, {}, 50_000, 60_000],
      [{}, { error: "Model x is currently loading", estimated_time: 20 }, 20_000, 20_000],
      [{}, {}, 0, 0],
    ] as const) {
      const { retryAfterMs } = await at().failure({ status: 503, headers, body });
      assert.ok(retryAfterMs >= least && retryAfterMs <= most, String(retryAfterMs));
    }
  });

  it("reports a key that was refused, and no other", async () => {
    const { provider, vendor, keys } = at();
    await at().failure({ status: 429, body: {} });
    await at().failure({ status: 403, body: {} });
    assert.equal(keys.refusals, 0);
    await at().failure({ status: 401, body: {} });
    assert.equal(keys.refusals, 1);
    vendor.reply({ status: 401, body: {} });
    const { signal } = new AbortController();
    await assert.rejects(async () => provider.listModels?.({ signal }), ProviderError);
    assert.equal(keys.refusals, 2);
  });

  it("asks for the key at each call", async () => {
    const rotated = ["first", "second"].map((key) => new FixedKeys(key));
    const source: SecretSource = {
      description: "{Env:X}",
      get: () => rotated.shift()?.get() ?? assert.fail("asked too often"),
      refused: () => {},
    };
    const { vendor } = at();
    const provider = create(vendor.origin, source);
    for (const key of ["first", "second"]) {
      vendor.reply(friendly);
      await eventsOf(provider, "gpt-4o");
      assert.equal(vendor.last.headers.authorization, `Bearer ${key}`);
    }
  });

  it("makes a missing key its own error, which may pass when the vault is away", async () => {
    for (const [reason, retryable] of [
      ["missing", false],
      ["away", true],
    ] as const) {
      const source: SecretSource = {
        description: "{Env:X}",
        get: () => Promise.reject(new SecretError("{Env:X}", reason, "no key.")),
        refused: () => assert.fail("no key was refused"),
      };
      const error = await failureOf(create(at().vendor.origin, source), "gpt-4o");
      assert.match(error.message, /^OpenAI: \{Env:X\}: no key/);
      assert.deepEqual([error.reason, error.retryable], ["access", retryable]);
    }
    assert.deepEqual(at().vendor.requests, []);
  });

  it("refuses a key that no header can carry, without saying it", async () => {
    const { vendor } = at();
    const keys = new FixedKeys(`${canaryKey}\n\u0007`);
    const error = await failureOf(create(vendor.origin, keys), "gpt-4o");
    assert.match(error.message, /profiles\[0\]\.accessKey holds a character/);
    assert.deepEqual(at().vendor.requests, []);
  });

  it("refuses before the call what can never fit, and lets pass what may", async () => {
    const long = { messages: [{ role: "user", content: "word ".repeat(12_000) }] } as const;
    const error = await at().failure(null, long, "gpt-4");
    assert.deepEqual(verdictOf(error), ["INVALID_ARGUMENT", "context-length", false]);
    assert.match(error.message, /at least 10000 tokens, and "gpt-4" has 8192/);
    assert.deepEqual(at().vendor.requests, []);
    await at().sent(long, "nobody-knows");
  });

  it("says where a tool call's arguments are no JSON", async () => {
    const toolCalls = [{ id: "a", name: "f", arguments: `{"${question}` }];
    const messages = [{ role: "assistant", content: "", toolCalls }] as const;
    const error = await at().failure(null, { messages });
    assert.match(error.message, /messages\[0\]\.toolCalls\[0\]\.arguments is no JSON object/);
  });

  it("tells a server that is down", async () => {
    const gone = await HttpStandIn.start();
    const { origin: closed } = gone;
    await gone.close();
    for (const provider of [
      createVllm(accessTo("vllm", { baseUrl: `${closed}/v1` }, null)),
      createKubeAI(accessTo("kubeai", { baseUrl: `${closed}/openai/v1` }, null)),
    ]) {
      const error = await failureOf(provider, "m");
      assert.deepEqual(verdictOf(error), ["UNAVAILABLE", "connection", true]);
    }
  });

  it("tells a host that is none, and TLS that is none", async () => {
    for (const baseUrl of [
      "http://nobody.invalid/v1",
      `${at().vendor.origin.replace("http", "https")}/v1`,
    ]) {
      const error = await failureOf(createOpenAI(accessTo("openai", { baseUrl })), "gpt-4o");
      assert.equal(error.reason, "connection", inspect(error));
    }
  });
});
