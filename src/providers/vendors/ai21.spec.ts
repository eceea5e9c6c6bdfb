import assert from "node:assert/strict";
import { HttpStandIn, serverSentEvents } from "../../../test/fixtures/http-stand-in.ts";
import {
  accessTo,
  asking,
  canaryKey,
  eventsOf,
  failureOf,
  question,
  verdictOf,
} from "../../../test/fixtures/provider-questions.ts";
import type { Provider } from "../provider.ts";
import { createAI21 } from "./ai21.ts";

const model = "jamba-large-1.7";
const weather = {
  name: "weather",
  parameters: { type: "object", properties: { city: { type: "string" } }, required: ["city"] },
};
const chunk = (delta: object, finish_reason: string | null = null, fields: object = {}) => ({
  id: "cmpl-1",
  choices: [{ index: 0, delta, finish_reason }],
  ...fields,
});
const usage = { prompt_tokens: 7, completion_tokens: 2, total_tokens: 9 };
const friendly = serverSentEvents([
  chunk({ role: "assistant" }),
  chunk({ content: "Hello" }),
  chunk({ content: "" }, "stop", { usage }),
  "[DONE]",
]);

describe("the provider of AI21", () => {
  let vendor: HttpStandIn;
  let provider: Provider;

  before(async () => {
    vendor = await HttpStandIn.start();
  });
  after(() => vendor.close());
  beforeEach(() => {
    vendor.reset();
    provider = createAI21(accessTo("ai21", { baseUrl: `${vendor.origin}/studio/v1` }));
  });

  it("streams text with every setting of the request", async () => {
    vendor.reply({ body: friendly });
    const settings = { maxTokens: 9, temperature: 0, topP: 0.5, stop: ["END"] };
    const request = asking({ ...settings, responseFormat: { type: "json" } });
    assert.deepEqual(await eventsOf(provider, model, request), [
      { type: "text", text: "Hello" },
      { type: "finish", reason: "stop", usage: { inputTokens: 7, outputTokens: 2 } },
    ]);
    assert.equal(vendor.last.path, "/studio/v1/chat/completions");
    assert.equal(vendor.last.headers.authorization, `Bearer ${canaryKey}`);
    assert.deepEqual(vendor.last.body, {
      model,
      messages: [{ role: "user", content: question }],
      max_tokens: 9,
      temperature: 0,
      top_p: 0.5,
      stop: ["END"],
      response_format: { type: "json_object" },
      stream: true,
    });
  });

  it("offers tools, and passes parallel calls on whole", async () => {
    const call = (id: string, city: string) => ({
      id,
      type: "function",
      function: { name: "weather", arguments: JSON.stringify({ city }) },
    });
    const calls = [call("c1", "Oslo"), call("c2", "Rome")];
    vendor.reply({
      body: serverSentEvents([chunk({ tool_calls: calls }), chunk({}, "tool_calls"), "[DONE]"]),
    });
    const events = await eventsOf(provider, model, asking({ tools: [weather] }));
    assert.deepEqual(
      events.map((event) => (event.type === "tool-call" ? event.call.arguments : event.type)),
      ['{"city":"Oslo"}', '{"city":"Rome"}', "finish"],
    );
    const { tools } = vendor.last.body as { tools: object };
    assert.deepEqual(tools, [{ type: "function", function: weather }]);
  });

  const image = { role: "user", content: [{ type: "image", url: "https://x.y/z.png" }] } as const;
  const responseFormat = { type: "json-schema", name: "x", schema: {} } as const;
  const refused: [string, Parameters<typeof asking>[0], RegExp][] = [
    ["images", { messages: [image] }, /images/],
    ["a JSON schema", { responseFormat }, /JSON schema/],
    ["a seed", { seed: 1 }, /seed/],
    ["a forced tool", { tools: [weather], toolChoice: { name: "weather" } }, /decide themselves/],
  ];
  for (const [what, fields, problem] of refused) {
    it(`refuses ${what} before the call`, async () => {
      const error = await failureOf(provider, model, asking(fields));
      assert.deepEqual(verdictOf(error), ["INVALID_ARGUMENT", "unsupported", false]);
      assert.match(error.message, problem);
      assert.deepEqual(vendor.requests, []);
    });
  }

  const errors: [string, number, object, readonly unknown[]][] = [
    ["a wrong key", 401, { detail: canaryKey }, ["UNAUTHENTICATED", "access", false]],
    ["a request", 422, { detail: [{ msg: question }] }, ["INVALID_ARGUMENT", "bad-request", false]],
    ["too many requests", 429, { detail: "slow" }, ["RESOURCE_EXHAUSTED", "rate-limit", true]],
    ["a failure", 500, { detail: "no" }, ["UNAVAILABLE", "unavailable", true]],
  ];
  for (const [what, status, body, verdict] of errors) {
    it(`tells ${what} (${status}), once and without key and question`, async () => {
      vendor.reply({ status, body });
      assert.deepEqual(verdictOf(await failureOf(provider, model)), verdict);
      assert.equal(vendor.requests.length, 1);
    });
  }

  it("hangs up at once when nobody waits any longer", async () => {
    vendor.reply({ ending: "hang" });
    const controller = new AbortController();
    const reason = new Error("the participant left");
    const events = provider.stream(model, asking(), { signal: controller.signal });
    const answered = assert.rejects(Array.fromAsync(events), reason);
    await vendor.received(1);
    controller.abort(reason);
    await answered;
    await vendor.last.closed;
  });

  it("has neither vectors nor a list of models", () => {
    assert.equal(provider.embed, null);
    assert.equal(provider.listModels, null);
  });
});
