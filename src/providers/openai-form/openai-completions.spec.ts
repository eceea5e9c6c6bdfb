import assert from "node:assert/strict";
import { fakeTime } from "../../../test/fixtures/fake-time.ts";
import {
  type HttpAnswer,
  HttpStandIn,
  serverSentEvents,
} from "../../../test/fixtures/http-stand-in.ts";
import { callBegun, callWritten, counted, delta } from "../../../test/fixtures/openai-events.ts";
import { chatCompletion } from "../../../test/fixtures/openai-stand-in.ts";
import {
  accessTo,
  asking,
  eventsOf,
  failureOf,
  verdictOf,
} from "../../../test/fixtures/provider-questions.ts";
import type { ChatEvent, FinishReason } from "../../data-models/chat.ts";
import type { Provider } from "../provider.ts";
import { createOpenAI } from "../vendors/openai.ts";

const png = "data:image/png;base64,iVBORw0KGgo=";
const finished = (reason: FinishReason): ChatEvent => ({
  type: "finish",
  reason,
  usage: { inputTokens: 19, outputTokens: 10 },
});

describe("an answer of /chat/completions", () => {
  let vendor: HttpStandIn;
  let provider: Provider;
  before(async () => {
    vendor = await HttpStandIn.start();
  });
  after(() => vendor.close());
  beforeEach(() => {
    vendor.reset();
    provider = createOpenAI(accessTo("openai", { baseUrl: `${vendor.origin}/v1` }));
  });

  const bare = { choices: [{ index: 0, finish_reason: "stop" }] };
  const spoken = delta({ content: "Hello" });
  const ended = [spoken, delta({}, "stop"), counted];
  const whole = [{ type: "text", text: "Hello" }, finished("stop")];

  for (const [word, reason] of [
    ["stop", "stop"],
    ["length", "length"],
    ["content_filter", "content-filter"],
    ["tool_calls", "tool-calls"],
    ["function_call", "tool-calls"],
  ] as const) {
    it(`reads the finish reason ${word} as ${reason}`, async () => {
      vendor.reply({ body: serverSentEvents([delta({ content: "x" }), delta({}, word), counted]) });
      assert.deepEqual((await eventsOf(provider, "gpt-4o")).at(-1), finished(reason));
    });
  }

  it("ends promptly without [DONE], and knows no usage where none is told", async () => {
    vendor.reply({ body: serverSentEvents([delta({ content: "x" }), delta({}, "stop")]) });
    assert.deepEqual((await eventsOf(provider, "gpt-4o")).at(-1), {
      type: "finish",
      reason: "stop",
      usage: { inputTokens: null, outputTokens: null },
    });
  });

  it("passes a refusal on as text", async () => {
    const events = [
      delta({ role: "assistant", content: null, refusal: "I will not." }),
      delta({}, "stop"),
    ];
    vendor.reply({ body: serverSentEvents(events) });
    const [first] = await eventsOf(provider, "gpt-4o");
    assert.deepEqual(first, { type: "text", text: "I will not." });
  });

  it("passes images on that come beside the text, and links to others as text", async () => {
    const image = (url: string) => ({ type: "image_url", image_url: { url } });
    const events = [
      delta({ content: [{ type: "text", text: "A cat." }, image("https://example.org/cat.png")] }),
      delta({ content: "", images: [image(png)] }),
      delta({}, "stop"),
      counted,
    ];
    vendor.reply({ body: serverSentEvents(events) });
    assert.deepEqual(await eventsOf(provider, "gpt-4o"), [
      { type: "text", text: "A cat." },
      { type: "text", text: "\nhttps://example.org/cat.png" },
      { type: "image", base64: "iVBORw0KGgo=" },
      finished("stop"),
    ]);
  });

  it("reads what servers send that are less exact", async () => {
    const events = [
      delta({ content: [{ type: "text", text: "Hel" }] }),
      delta({ tool_calls: [{ id: "a", function: { name: "f", arguments: '{"x":1}' } }] }),
      delta({ tool_calls: [{ id: "b", function: { name: "f", arguments: "" } }] }, "stop"),
    ];
    vendor.reply({ body: serverSentEvents(events) });
    const [text, first, second, last] = await eventsOf(provider, "gpt-4o");
    assert.deepEqual(text, { type: "text", text: "Hel" });
    assert.deepEqual(first, {
      type: "tool-call",
      call: { id: "a", name: "f", arguments: '{"x":1}' },
    });
    assert.deepEqual(second, { type: "tool-call", call: { id: "b", name: "f", arguments: "{}" } });
    assert.equal(last?.type === "finish" && last.reason, "tool-calls");
  });

  it("reads an answer that comes whole all the same", async () => {
    const call = (id: string) => ({
      id,
      type: "function",
      function: { name: "f", arguments: "{}" },
    });
    const message = { content: "Looking.", tool_calls: [call("a"), call("b")] };
    vendor.reply({ body: chatCompletion(message, "tool_calls") });
    assert.deepEqual(await eventsOf(provider, "gpt-4o"), [
      { type: "text", text: "Looking." },
      { type: "tool-call", call: { id: "a", name: "f", arguments: "{}" } },
      { type: "tool-call", call: { id: "b", name: "f", arguments: "{}" } },
      finished("tool-calls"),
    ]);
    for (const body of [{}, { choices: [] }]) {
      vendor.reply({ body });
      const error = await failureOf(provider, "gpt-4o");
      // Who answers in another form will do so the next time, too.
      assert.deepEqual(verdictOf(error), ["INTERNAL", "malformed", false]);
    }
  });

  it("takes an answer for broken that ends without a reason or with its connection", async () => {
    const begun = serverSentEvents([delta({ role: "assistant", content: "Hel" })]);
    for (const ending of ["end", "drop"] as const) {
      vendor.reply({ body: begun, ending });
      const error = await failureOf(provider, "gpt-4o");
      assert.deepEqual(verdictOf(error), ["UNAVAILABLE", "broken-stream", true], ending);
    }
  });

  it("takes chunks that are no JSON, and calls that are cut off, for malformed, which may pass", async () => {
    const broken = [delta({ content: "x" }), '{"choices": ['];
    const cut = [callBegun(0, "call_1", "weather"), callWritten(0, '{"ci'), delta({}, "stop")];
    for (const events of [broken, cut]) {
      vendor.reply({ body: serverSentEvents(events) });
      const error = await failureOf(provider, "gpt-4o");
      assert.deepEqual(verdictOf(error), ["INTERNAL", "malformed", true]);
    }
  });

  it("tells what breaks within the answer", async () => {
    for (const [error, verdict] of [
      [{ message: "x", type: "server_error", code: null }, ["UNAVAILABLE", "unavailable", true]],
      [
        { message: "x", type: "tokens", code: "rate_limit_exceeded" },
        ["RESOURCE_EXHAUSTED", "rate-limit", true],
      ],
      [{ message: "x", type: "BadRequestError", code: 503 }, ["UNAVAILABLE", "unavailable", true]],
    ] as const) {
      vendor.reply({ body: serverSentEvents([delta({ content: "x" }), { error }]) });
      assert.deepEqual(verdictOf(await failureOf(provider, "gpt-4o")), verdict);
    }
  });

  for (const [when, begun] of [
    ["before", []],
    ["within", [delta({ role: "assistant", content: "Hel" })]],
  ] as const) {
    it(`hangs up at an abort ${when} the answer`, async () => {
      const body = begun.length > 0 ? { body: serverSentEvents(begun) } : {};
      vendor.reply({ ...body, ending: "hang" });
      const controller = new AbortController();
      const reason = new Error("the participant left");
      const answer = Array.fromAsync(
        provider.stream("gpt-4o", asking(), { signal: controller.signal }),
      );
      const rejected = assert.rejects(answer, reason);
      await vendor.received(1);
      controller.abort(reason);
      await Promise.all([vendor.last.closed, rejected]);
    });
  }

  it("hangs up when nobody listens any longer", async () => {
    vendor.reply({ body: serverSentEvents([delta({ content: "Hel" })]), ending: "hang" });
    const { signal } = new AbortController();
    for await (const event of provider.stream("gpt-4o", asking(), { signal })) {
      assert.equal(event.type, "text");
      break;
    }
    await vendor.last.closed;
  });

  it("asks nobody when it was aborted before", async () => {
    const reason = new Error("too late");
    const answer = Array.fromAsync(
      provider.stream("gpt-4o", asking(), { signal: AbortSignal.abort(reason) }),
    );
    await assert.rejects(answer, reason);
    assert.deepEqual(vendor.requests, []);
  });

  for (const [what, reply] of [
    ["says [DONE] and stays open", { body: [...ended, "[DONE]"], ending: "hang" }],
    ["is cut after [DONE]", { body: [...ended, "[DONE]"], ending: "drop" }],
    ["is cut after the count", { body: ended, ending: "drop" }],
    ["ends without [DONE]", { body: ended, ending: "end" }],
    ["ends with a bare word", { body: [spoken, bare, counted], ending: "end" }],
  ] as const satisfies [string, { body: object; ending: HttpAnswer["ending"] }][]) {
    it(`is whole, and counted, when its connection ${what}`, async () => {
      vendor.reply({ ...reply, body: serverSentEvents(reply.body) });
      assert.deepEqual(await eventsOf(provider, "gpt-4o"), whole);
    });
  }

  it("is broken when its connection is, before it has ended", async () => {
    vendor.reply({ body: serverSentEvents([delta({ content: "Hello" })]), ending: "drop" });
    await assert.rejects(eventsOf(provider, "gpt-4o"), { reason: "broken-stream" });
  });

  it("is alive while it thinks or writes a call, and not while it only keeps the connection", async () => {
    const call = (fields: object) => delta({ tool_calls: [{ index: 0, function: fields }] });
    for (const [event, isLife] of [
      [delta({ reasoning_content: "hm" }), true],
      [delta({ reasoning: "hm" }), true],
      [delta({ reasoning_details: [{ type: "reasoning.text", text: "hm" }] }), true],
      [delta({ content: [{ type: "thinking", thinking: [{ type: "text", text: "hm" }] }] }), true],
      [call({ name: "f", arguments: "" }), true],
      [call({ arguments: "{" }), true],
      [delta({ role: "assistant", content: "" }), false],
      [delta({}), false],
      [delta({ reasoning_content: null, reasoning: "", reasoning_details: [] }), false],
      [call({ arguments: "" }), false],
      [counted, false],
      [delta({ content: "Hello" }), false],
    ] as const) {
      vendor.reply({ body: serverSentEvents([event, delta({}, "length"), "[DONE]"]) });
      let signs = 0;
      const onProgress = () => {
        signs += 1;
      };
      const { signal } = new AbortController();
      await Array.fromAsync(provider.stream("gpt-4o", asking(), { signal, onProgress }));
      // The end is one, too.
      assert.equal(signs, isLife ? 2 : 1, JSON.stringify(event));
    }
  });

  describe("whose connection stays open", () => {
    const time = fakeTime();

    it("is whole soon after the count, and closes it", async () => {
      vendor.reply({ body: serverSentEvents(ended), ending: "hang" });
      let isAnswered = false;
      const answer = eventsOf(provider, "gpt-4o").finally(() => {
        isAnswered = true;
      });
      while (!isAnswered) await time.pass(50);
      assert.deepEqual(await answer, whole);
      await vendor.last.closed;
    });
  });
});
