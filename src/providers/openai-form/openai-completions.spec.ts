import assert from "node:assert/strict";
import { fakeTime } from "../../../test/fixtures/fake-time.ts";
import { type HttpAnswer, serverSentEvents } from "../../../test/fixtures/http-stand-in.ts";
import {
  callBegun,
  callWritten,
  counted,
  delta,
  openAIForm,
} from "../../../test/fixtures/openai-events.ts";
import { chatCompletion } from "../../../test/fixtures/openai-stand-in.ts";
import { providerAtVendor } from "../../../test/fixtures/provider-at-vendor.ts";
import { accessTo, asking, verdictOf } from "../../../test/fixtures/provider-questions.ts";
import { verdicts } from "../../../test/suites/provider.ts";
import type { ChatEvent, FinishReason } from "../../data-models/chat.ts";
import { createOpenAI } from "../vendors/openai.ts";

const png = "data:image/png;base64,iVBORw0KGgo=";
const finished = (reason: FinishReason): ChatEvent => ({
  type: "finish",
  reason,
  usage: { inputTokens: 19, outputTokens: 10 },
});

describe("an answer of /chat/completions", () => {
  const at = providerAtVendor({
    create: (origin) => createOpenAI(accessTo("openai", { baseUrl: `${origin}/v1` })),
    model: "gpt-4o",
    friendly: openAIForm().friendly,
  });
  const bare = { choices: [{ index: 0, finish_reason: "stop" }] };
  const spoken = delta({ content: "Hello" });
  const ended = [spoken, delta({}, "stop"), counted];
  const whole = [{ type: "text", text: "Hello" }, finished("stop")];

  it("ends promptly without [DONE], and knows no usage where none is told", async () => {
    assert.deepEqual(
      (
        await at().events({ body: serverSentEvents([delta({ content: "x" }), delta({}, "stop")]) })
      ).at(-1),
      {
        type: "finish",
        reason: "stop",
        usage: { inputTokens: null, outputTokens: null },
      },
    );
  });

  it("passes a refusal on as text", async () => {
    const events = [
      delta({ role: "assistant", content: null, refusal: "I will not." }),
      delta({}, "stop"),
    ];
    const [first] = await at().events({ body: serverSentEvents(events) });
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
    assert.deepEqual(await at().events({ body: serverSentEvents(events) }), [
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
    const [text, first, second, last] = await at().events({ body: serverSentEvents(events) });
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
    assert.deepEqual(await at().events({ body: chatCompletion(message, "tool_calls") }), [
      { type: "text", text: "Looking." },
      { type: "tool-call", call: { id: "a", name: "f", arguments: "{}" } },
      { type: "tool-call", call: { id: "b", name: "f", arguments: "{}" } },
      finished("tool-calls"),
    ]);
    for (const body of [{}, { choices: [] }]) {
      const error = await at().failure({ body });
      // Who answers in another form will do so the next time, too.
      assert.deepEqual(verdictOf(error), verdicts.malformed);
    }
  });

  it("takes chunks that are no JSON, and calls that are cut off, for malformed, which may pass", async () => {
    const broken = [delta({ content: "x" }), '{"choices": ['];
    const cut = [callBegun(0, "call_1", "weather"), callWritten(0, '{"ci'), delta({}, "stop")];
    for (const events of [broken, cut]) {
      const error = await at().failure({ body: serverSentEvents(events) });
      assert.deepEqual(verdictOf(error), ["INTERNAL", "malformed", true]);
    }
  });

  it("tells what breaks within the answer", async () => {
    for (const [error, verdict] of [
      [{ message: "x", type: "server_error", code: null }, verdicts.unavailable],
      [{ message: "x", type: "tokens", code: "rate_limit_exceeded" }, verdicts.rateLimit],
      [{ message: "x", type: "BadRequestError", code: 503 }, verdicts.unavailable],
    ] as const) {
      assert.deepEqual(
        verdictOf(
          await at().failure({ body: serverSentEvents([delta({ content: "x" }), { error }]) }),
        ),
        verdict,
      );
    }
  });

  it("hangs up when nobody listens any longer", async () => {
    const { provider, vendor } = at();
    vendor.reply({ body: serverSentEvents([delta({ content: "Hel" })]), ending: "hang" });
    const { signal } = new AbortController();
    for await (const event of provider.stream("gpt-4o", asking(), { signal })) {
      assert.equal(event.type, "text");
      break;
    }
    await at().vendor.last.closed;
  });

  for (const [what, reply] of [
    ["says [DONE] and stays open", { body: [...ended, "[DONE]"], ending: "hang" }],
    ["is cut after [DONE]", { body: [...ended, "[DONE]"], ending: "drop" }],
    ["is cut after the count", { body: ended, ending: "drop" }],
    ["ends without [DONE]", { body: ended, ending: "end" }],
    ["ends with a bare word", { body: [spoken, bare, counted], ending: "end" }],
  ] as const satisfies [string, { body: object; ending: HttpAnswer["ending"] }][]) {
    it(`is whole, and counted, when its connection ${what}`, async () => {
      assert.deepEqual(await at().events({ ...reply, body: serverSentEvents(reply.body) }), whole);
    });
  }

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
      const { provider, vendor } = at();
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
      let isAnswered = false;
      const answer = at()
        .events({ body: serverSentEvents(ended), ending: "hang" })
        .finally(() => {
          isAnswered = true;
        });
      while (!isAnswered) await time.pass(50);
      assert.deepEqual(await answer, whole);
      await at().vendor.last.closed;
    });
  });
});
