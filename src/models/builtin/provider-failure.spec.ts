import assert from "node:assert/strict";
import { inspect } from "node:util";
import {
  chatCompletion,
  friendlyText,
  modelResponse,
  OpenAIStandIn,
  type Reply,
  vendorError,
} from "../../../test/fixtures/openai-stand-in.ts";
import { question, verdictOf } from "../../../test/fixtures/provider-questions.ts";
import { createRequestContext } from "../../../test/fixtures/request-context.ts";
import { openAIFailures } from "../../../test/suites/openai-failures.ts";
import { verdicts } from "../../../test/suites/provider.ts";
import { ConfigurationError } from "../../errors/arena-error.ts";
import { ProviderError } from "../../errors/model-errors.ts";
import type { Clock } from "../../routing/call/clock.ts";
import { deploymentCapabilities } from "./azure-model.ts";
import { ChatModel } from "./chat-model.ts";
import type { ChatModelOptions } from "./chat-model-options.ts";

const canary = "sk-canary-7Qw3rT9zXk21";

const answer = (status: number, body: object | string, headers = {}): Reply => ({
  status,
  body,
  headers,
});

describe("a provider's failures", () => {
  let vendor: OpenAIStandIn;
  let consoleLines: string[];
  const realConsole = { ...console };

  before(async () => {
    vendor = await OpenAIStandIn.start();
  });
  after(() => vendor.close());
  beforeEach(() => {
    vendor.reset();
    consoleLines = [];
    const write = (...values: unknown[]) => void consoleLines.push(inspect(values));
    Object.assign(console, { log: write, info: write, warn: write, error: write, debug: write });
  });
  afterEach(() => {
    Object.assign(console, realConsole);
    assert.deepEqual(consoleLines, []);
  });

  /** Time in which pauses pass at once and limits never. */
  const hastyClock = (onPause: (delayMs: number) => void): Clock => ({
    now: () => Date.now(),
    after: (delayMs, callback) => {
      if (delayMs >= 50_000) return () => {};
      onPause(delayMs);
      const immediate = setImmediate(callback);
      return () => clearImmediate(immediate);
    },
  });

  const createModel = async (
    fields: Partial<ChatModelOptions> = {},
    time: Clock | ((delayMs: number) => void) = () => {},
  ) => {
    const options: ChatModelOptions = {
      modelID: "GPT4_turbo",
      model: "gpt-4o",
      provider: "openai",
      accessInfo: { baseUrl: vendor.baseURL },
      key: canary,
      takesPartial: false,
      settings: { key: "OPENAI_API_KEY", model: "OPENAI_MODEL", baseURL: "OPENAI_BASE_URL" },
      vision: false,
      systemRole: "system",
      imageOutput: false,
      ...fields,
    };
    const model = new ChatModel(options, typeof time === "function" ? hastyClock(time) : time);
    await model.start();
    return model;
  };

  /** Asks, and returns the error after it was searched for keys and the request's words. */
  const fail = async (fields: Partial<ChatModelOptions> = {}, pauses: number[] = []) => {
    const model = await createModel(fields, (delayMs) => pauses.push(delayMs));
    const context = createRequestContext();
    const messages = [{ role: "user", content: question }];
    const error: unknown = await model.getResponse({ messages }, context).catch((thrown) => thrown);
    assert.ok(error instanceof ProviderError, inspect(error));
    const told = [error.message, error.participantText, error.stack, ...context.lines];
    const everything = inspect([error, told], { depth: 12, showHidden: true });
    for (const secret of [canary, canary.slice(0, 10), canary.slice(-8)]) {
      assert.ok(!everything.includes(secret), everything);
    }
    assert.ok(!told.join().includes(question), told.join());
    return error;
  };

  for (const [name, [reply, verdict, problem = /./]] of Object.entries(openAIFailures(canary))) {
    // A model that is being loaded is waited for.
    if (verdict === verdicts.loading) continue;
    it(`answers ${verdict[0]} for ${name}, without the key and the request's words`, async () => {
      vendor.reply(reply, reply, reply);
      const error = await fail();
      assert.deepEqual(verdictOf(error), verdict);
      assert.match(error.message, problem);
      assert.match(error.message, /^OpenAI: /);
    });
  }

  it("names the settings to look at", async () => {
    for (const [reply, problem] of [
      [answer(401, {}), /Check OPENAI_API_KEY/],
      [answer(404, {}), /Check OPENAI_MODEL and OPENAI_BASE_URL/],
      [answer(307, ""), /307.*OPENAI_BASE_URL/],
    ] as const) {
      vendor.reply(reply);
      assert.match((await fail()).message, problem);
    }
  });

  it("asks whether the server runs when nothing listens there", async () => {
    const gone = await OpenAIStandIn.start();
    const { baseURL: baseUrl } = gone;
    await gone.close();
    const error = await fail({
      provider: "self-hosted",
      name: "The local model server",
      accessInfo: { baseUrl },
    });
    assert.deepEqual([error.code, error.retryable], ["UNAVAILABLE", true]);
    assert.match(
      error.message,
      /^The local model server: nothing answers at http:\/\/127\.0\.0\.1:\d+\/v1\. Is it running\? Check OPENAI_BASE_URL\.$/,
    );
  });

  it("tells connections apart that cannot be made", async () => {
    const failures: [string, string, boolean, RegExp][] = [
      ["ENOTFOUND", "UNAVAILABLE", true, /no such host/],
      ["EHOSTUNREACH", "UNAVAILABLE", true, /broke/],
      ["UND_ERR_CONNECT_TIMEOUT", "DEADLINE_EXCEEDED", true, /in time/],
      ["ETIMEDOUT", "DEADLINE_EXCEEDED", true, /in time/],
      ["SELF_SIGNED_CERT_IN_CHAIN", "UNAVAILABLE", false, /NODE_EXTRA_CA_CERTS/],
      ["UNABLE_TO_VERIFY_LEAF_SIGNATURE", "UNAVAILABLE", false, /NODE_EXTRA_CA_CERTS/],
    ];
    const realFetch = globalThis.fetch;
    for (const [systemCode, code, retryable, problem] of failures) {
      const cause = Object.assign(new Error(`${systemCode} ${canary}`), { code: systemCode });
      globalThis.fetch = () => Promise.reject(new TypeError("fetch failed", { cause }));
      const error = await fail().finally(() => {
        globalThis.fetch = realFetch;
      });
      assert.deepEqual([error.code, error.retryable], [code, retryable], systemCode);
      assert.match(error.message, problem);
    }
  });

  it("keeps the vendor's words about account and server for the log, cut and without keys", async () => {
    const message = `The model gpt-4o needs more memory than there is. ${canary} ${"x".repeat(5000)}`;
    vendor.reply(answer(404, vendorError(message, null, "x"), { "x-request-id": "req_123" }));
    const { cause } = await fail();
    assert.ok(cause instanceof Error);
    assert.match(cause.message, /^404 .*req_123: The model gpt-4o needs more memory.*\[secret\]/);
    assert.ok(cause.message.length <= 300);
  });

  it("tries again what may pass, twice at most, and waits longer each time", async () => {
    const pauses: number[] = [];
    const busy = answer(503, {});
    vendor.reply(busy, busy);
    const model = await createModel({}, (delayMs) => pauses.push(delayMs));
    const input = { messages: [{ role: "user", content: question }] };
    assert.deepEqual(await model.getResponse(input, createRequestContext()), {
      text: friendlyText,
    });
    assert.equal(vendor.requests.length, 3);
    const [first = 0, second = 0] = pauses;
    assert.ok(first >= 250 && first <= 750 && second >= 500 && second <= 1500, `${pauses}`);
    vendor.reset();
    vendor.reply(busy, busy, busy, answer(200, chatCompletion({ content: "too late" })));
    await fail();
    assert.equal(vendor.requests.length, 3);
  });

  it("tries once what cannot pass", async () => {
    vendor.reply(answer(401, {}));
    await fail();
    vendor.reply(answer(429, vendorError("", "insufficient_quota", "insufficient_quota")));
    await fail();
    // A timeout has used up the time that a second attempt would need.
    vendor.reply(answer(408, {}));
    await fail();
    vendor.reply(answer(200, `<html>${canary}</html>`));
    await fail();
    assert.equal(vendor.requests.length, 4);
  });

  it("waits as long as the vendor asks for", async () => {
    const pauses: number[] = [];
    vendor.reply(
      answer(429, {}, { "retry-after": "7" }),
      answer(429, {}, { "retry-after-ms": "8500" }),
    );
    const model = await createModel({}, (delayMs) => pauses.push(delayMs));
    const input = { messages: [{ role: "user", content: question }] };
    await model.getResponse(input, createRequestContext());
    const [first = 0, second = 0, ...more] = pauses;
    // Those who were told the same time come back a little apart.
    assert.ok(first >= 7000 && first <= 7700 && second >= 8500 && second <= 9350, `${pauses}`);
    assert.deepEqual(more, []);
  });

  it("stops waiting between two attempts as soon as nobody waits any longer", async () => {
    const controller = new AbortController();
    const model = await createModel({}, () => controller.abort(new Error("too late")));
    vendor.reply(answer(503, {}, { "retry-after": "30" }));
    const input = { messages: [{ role: "user", content: question }] };
    const asked = model.getResponse(input, createRequestContext({ signal: controller.signal }));
    await assert.rejects(asked, /too late/);
    assert.equal(vendor.requests.length, 1);
  });

  it("logs what the provider said of each attempt, and how the answer came about", async () => {
    vendor.reply(answer(503, {}));
    const model = await createModel();
    const context = createRequestContext();
    await model.getResponse({ messages: [{ role: "user", content: question }] }, context);
    const [warning = "", trace = "", ...more] = context.lines;
    assert.match(warning, /^OpenAI: it fails at the moment \(503\)\. .*code: 'UNAVAILABLE'/s);
    assert.match(trace, /^routed .*outcome: 'failed'.*outcome: 'answered'/s);
    assert.deepEqual(more, []);
  });

  it("gives a model that reasons long the request's whole time for its first word", async () => {
    const controller = new AbortController();
    const delays: number[] = [];
    const clock: Clock = {
      now: () => 0,
      after: (delayMs) => {
        delays.push(delayMs);
        return () => {};
      },
    };
    vendor.reply("hang");
    const model = await createModel({}, clock);
    const context = {
      ...createRequestContext({ signal: controller.signal }),
      deadline: new Date(90_000),
    };
    const asked = model.getResponse({ messages: [{ role: "user", content: question }] }, context);
    await vendor.received(1);
    assert.deepEqual(delays, [90_000]);
    controller.abort(new Error("too late"));
    await assert.rejects(asked, /too late/);
  });

  it("asks nobody for what the model cannot do, and says what that is", async () => {
    const model = await createModel({ model: "o1-mini" });
    const url = "data:image/png;base64,iVBORw0KGgo=";
    const content = [{ type: "image_url" as const, image_url: { url } }];
    const asked = model.getResponse(
      { messages: [{ role: "user", content }] },
      createRequestContext(),
    );
    await assert.rejects(asked, (error) => {
      assert.ok(error instanceof ProviderError);
      assert.deepEqual([error.code, error.retryable], ["INVALID_ARGUMENT", false]);
      assert.equal(error.message, "OpenAI: it cannot take images.");
      return true;
    });
    assert.equal(vendor.requests.length, 0);
  });

  it("asks any deployment for anything: its name says nothing of what it can do", async () => {
    const model = await createModel({
      model: "gpt-4",
      provider: "azure-openai",
      capabilities: deploymentCapabilities,
    });
    const url = "data:image/png;base64,iVBORw0KGgo=";
    const content = [
      { type: "text" as const, text: "word ".repeat(20_000) },
      { type: "image_url" as const, image_url: { url } },
    ];
    await model.getResponse({ messages: [{ role: "user", content }] }, createRequestContext());
    assert.equal(vendor.requests.length, 1);
  });

  it("asks again after an answer without content, and says at last what it was", async () => {
    const cut = { status: "incomplete", incomplete_details: { reason: "max_output_tokens" } };
    for (const [body, problem, imageOutput] of [
      [chatCompletion({ content: "" }), /answer is empty/, false],
      [chatCompletion({ content: null }, "length"), /token limit/, false],
      [modelResponse([]), /answer is empty/, true],
      [modelResponse([], cut), /token limit/, true],
    ] as const) {
      vendor.reset();
      vendor.reply(...Array<Reply>(3).fill(answer(200, body)));
      const model = await createModel({ imageOutput });
      const messages = [{ role: "user", content: question }];
      await assert.rejects(model.getResponse({ messages }, createRequestContext()), {
        name: "ProviderError",
        code: "INTERNAL",
        message: problem,
        retryable: true,
        participantText: "The AI gave no answer. Please try again.",
      });
      assert.equal(vendor.requests.length, 3);
    }
  });

  it("leaves a provider alone that keeps failing, and says for how long", async () => {
    const busy = answer(503, {});
    vendor.reply(...Array<Reply>(5).fill(busy));
    const model = await createModel();
    const ask = () =>
      model.getResponse(
        { messages: [{ role: "user", content: question }] },
        createRequestContext(),
      );
    await assert.rejects(ask(), { code: "UNAVAILABLE" });
    await assert.rejects(ask(), { code: "UNAVAILABLE" });
    await assert.rejects(ask(), {
      code: "UNAVAILABLE",
      message: /^OpenAI: it failed too often, and is tried again in \d+\.\d s\.$/,
    });
    assert.equal(vendor.requests.length, 5);
  });

  it("gives up at once when the pause would outlast the deadline", async () => {
    const pauses: number[] = [];
    vendor.reply(answer(429, {}, { "retry-after": "3600" }));
    const error = await fail({}, pauses);
    assert.deepEqual([error.code, pauses], ["RESOURCE_EXHAUSTED", []]);
  });

  it("refuses a key or header that HTTP cannot carry, without saying the key", async () => {
    const create = (name: string, key: string) =>
      createModel({
        provider: "azure-openai",
        accessInfo: { baseUrl: vendor.baseURL, keyHeader: name },
        key,
      });
    const refused = (problem: RegExp) => (error: unknown) => {
      assert.ok(error instanceof ConfigurationError);
      assert.match(error.message, problem);
      assert.ok(!inspect(error, { showHidden: true }).includes(canary));
      return true;
    };
    await assert.rejects(create("api-key", `${canary}\u2026`), refused(/OPENAI_API_KEY: .*copied/));
    await assert.rejects(create("api-key", `${canary}\n2`), refused(/OPENAI_API_KEY: .*copied/));
    await assert.rejects(create("api key", canary), refused(/OPENAI_API_KEY: .*"api key"/));
  });
});
