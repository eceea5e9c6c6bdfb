import assert from "node:assert/strict";
import { deferred } from "../../../test/fixtures/deferred.ts";
import { fakeTime } from "../../../test/fixtures/fake-time.ts";
import { ProviderError } from "../../errors/model-errors.ts";
import type { ToolCallPart } from "./langchain-chunk.ts";
import { ToolCallAssembly, toChatEvents, untilEnded } from "./langchain-stream.ts";

const assembled = (...parts: ToolCallPart[]) => {
  const assembly = new ToolCallAssembly();
  for (const part of parts) assembly.add(part);
  return assembly;
};
const call = (id: string, name: string, json: string) => ({ id, name, arguments: json });

describe("ToolCallAssembly", () => {
  it("puts parts together that come mixed, by their numbers", () => {
    const { calls, isBroken } = assembled(
      { index: 0, id: "a", name: "f", args: "" },
      { index: 1, id: "b", name: "g", args: '{"y"' },
      { index: 0, args: '{"x":1}' },
      { index: 1, args: ":2}" },
    );
    assert.deepEqual(calls, [call("a", "f", '{"x":1}'), call("b", "g", '{"y":2}')]);
    assert.equal(isBroken, false);
  });

  it("begins a new call with a new id, whatever the number says", () => {
    const { calls } = assembled(
      { index: 0, id: "a", name: "f", args: "{}" },
      { index: 0, id: "b", name: "f", args: '{"x":1}' },
    );
    assert.deepEqual(calls, [call("a", "f", "{}"), call("b", "f", '{"x":1}')]);
  });

  it("begins a new call with a new name, where there is neither number nor id", () => {
    const { calls } = assembled({ name: "f", args: "{" }, { args: "}" }, { name: "f", args: "{}" });
    assert.deepEqual(calls, [call("call_0", "f", "{}"), call("call_1", "f", "{}")]);
  });

  it("keeps a call together whose id is repeated with each part", () => {
    const { calls } = assembled(
      { index: 0, id: "a", name: "f", args: '{"x"' },
      { index: 0, id: "a", name: null, args: ":1}" },
    );
    assert.deepEqual(calls, [call("a", "f", '{"x":1}')]);
  });

  it("takes no arguments for an empty object", () => {
    assert.deepEqual(assembled({ index: 0, id: "a", name: "f" }).calls, [call("a", "f", "{}")]);
  });

  it("knows when a call is cut off, or has no name", () => {
    assert.ok(assembled({ index: 0, id: "a", name: "f", args: '{"x' }).isBroken);
    assert.ok(assembled({ index: 0, id: "a", args: "{}" }).isBroken);
    assert.equal(assembled().isBroken, false);
  });
});

describe("untilEnded", () => {
  const time = fakeTime();
  let seen: string[];
  beforeEach(() => {
    seen = [];
  });

  /** Reads on until there is nothing more; the chunks "end" and "count" are what they say. */
  async function read(chunks: AsyncIterable<string>): Promise<void> {
    const completeness = () =>
      seen.includes("count") ? "counted" : seen.includes("end") ? "ended" : "begun";
    for await (const chunk of untilEnded(chunks, completeness)) seen.push(chunk);
  }

  it("takes the count that comes soon after the end, and then leaves the connection", async () => {
    const closed = deferred<void>();
    const count = deferred<void>();
    async function* chunks() {
      try {
        yield* ["word", "end"];
        await count.promise;
        yield "count";
        await closed.promise;
      } finally {
        seen.push("left");
      }
    }
    const reading = read(chunks());
    await time.pass(999, 1);
    count.resolve();
    await time.pass(99, 1);
    assert.deepEqual(seen, ["word", "end", "count"]);
    await time.pass(1);
    await reading;
    closed.resolve();
    await time.settle();
    assert.deepEqual(seen, ["word", "end", "count", "left"]);
  });

  it("waits a second for the count, and no longer", async () => {
    async function* chunks() {
      yield "end";
      await new Promise(() => {});
    }
    let isRead = false;
    const reading = read(chunks()).then(() => {
      isRead = true;
    });
    await time.pass(999, 1);
    assert.equal(isRead, false);
    await time.pass(1);
    await reading;
  });

  it("waits no longer where chunks go on coming", async () => {
    async function* chunks() {
      yield "end";
      for (;;) {
        await new Promise((resolve) => setTimeout(resolve, 300));
        yield "alive";
      }
    }
    const reading = read(chunks());
    await time.pass(1300);
    await reading;
    assert.deepEqual(seen, ["end", "alive", "alive", "alive"]);
  });

  it("takes a break after the end for the end", async () => {
    async function* chunks() {
      yield "end";
      throw new Error("reset");
    }
    await read(chunks());
    assert.deepEqual(seen, ["end"]);
  });

  it("passes a break before the end on", async () => {
    async function* chunks() {
      yield "word";
      throw new Error("reset");
    }
    await assert.rejects(read(chunks()), /reset/);
  });

  it("waits for as long as it takes before the end", async () => {
    const word = deferred<void>();
    async function* chunks() {
      await word.promise;
      yield* ["word", "end"];
    }
    const reading = read(chunks());
    await time.pass(60_000, 1000);
    word.resolve();
    await reading;
    assert.deepEqual(seen, ["word", "end"]);
  });
});

const events = (...chunks: object[]) =>
  Array.fromAsync(
    toChatEvents(
      (async function* () {
        yield* chunks;
      })(),
      "Vendor",
    ),
  );
const ended = (response_metadata: object) => ({ content: "", response_metadata });

describe("toChatEvents", () => {
  for (const [what, chunk, reason] of [
    ["OpenAI's", ended({ finish_reason: "length" }), "length"],
    ["Mistral's", ended({ finishReason: "model_length" }), "length"],
    ["Gemini's", ended({ finishReason: "SAFETY" }), "content-filter"],
    ["Anthropic's", { content: "", additional_kwargs: { stop_reason: "end_turn" } }, "stop"],
    ["Bedrock's", ended({ messageStop: { stopReason: "guardrail_intervened" } }), "content-filter"],
    ["Ollama's", ended({ done_reason: "stop" }), "stop"],
    [
      "the Responses API's",
      ended({ status: "incomplete", incomplete_details: { reason: "max_output_tokens" } }),
      "length",
    ],
    ["a word that nobody knows, as an ordinary end", ended({ finish_reason: "because" }), "stop"],
  ] as const) {
    it(`reads the end of an answer: ${what}`, async () => {
      const [last] = await events(chunk);
      assert.equal(last?.type === "finish" && last.reason, reason);
    });
  }

  it("refuses an answer that the vendor itself calls failed, or that it does not end", async () => {
    for (const metadata of [
      { finish_reason: "error" },
      // vLLM's, Bedrock's and DeepSeek's words for an answer that was given up.
      { finish_reason: "abort" },
      { finish_reason: "aborted" },
      { messageStop: { stopReason: "malformed_model_output" } },
      { messageStop: { stopReason: "malformed_tool_use" } },
      { finish_reason: "insufficient_system_resource" },
      { status: "failed" },
      { status: "in_progress" },
      {},
    ]) {
      await assert.rejects(events(ended(metadata)), (error) => {
        assert.ok(error instanceof ProviderError);
        assert.deepEqual([error.reason, error.retryable], ["broken-stream", true]);
        return true;
      });
    }
  });

  for (const [what, chunk] of [
    ["text", { content: "x".repeat(1e6) }],
    ["images", { content: [{ type: "image", data: "x".repeat(1e6) }] }],
    ["empty tool calls", { content: "", tool_call_chunks: Array(10_000).fill({ args: "" }) }],
    ["arguments", { content: "", tool_call_chunks: [{ index: 0, args: "x".repeat(1e6) }] }],
  ] as const) {
    it(`leaves an answer that does not end: ${what}`, async () => {
      const reading = events(...Array<object>(200).fill(chunk), ended({ finish_reason: "stop" }));
      await assert.rejects(reading, {
        code: "RESOURCE_EXHAUSTED",
        message: /larger than the 64 MiB/,
      });
    });
  }

  it("refuses what has no form that is known", async () => {
    await assert.rejects(events({ content: 7 }), { reason: "malformed" });
  });

  it("adds differences of usage up, and takes the last of what is only mentioned", async () => {
    const usage = (input_tokens: number, output_tokens: number) => ({
      content: "",
      usage_metadata: { input_tokens, output_tokens },
    });
    const [counted] = await events(
      usage(20, 0),
      usage(0, 3),
      usage(0, 4),
      ended({ finish_reason: "stop" }),
    );
    assert.deepEqual(counted?.type === "finish" && counted.usage, {
      inputTokens: 20,
      outputTokens: 7,
    });
    const mention = (completion_tokens: number, finish_reason?: string) =>
      ended({ usage: { prompt_tokens: 5, completion_tokens }, finish_reason });
    const [mentioned] = await events(mention(1), mention(2, "stop"));
    assert.deepEqual(mentioned?.type === "finish" && mentioned.usage, {
      inputTokens: 5,
      outputTokens: 2,
    });
  });

  it("passes text and images of any block on, thoughts not", async () => {
    const content = [
      { type: "thinking", thinking: "hm" },
      { type: "text", text: "A" },
      { type: "image", data: "BBBB" },
      { type: "image_url", image_url: { url: "data:image/png;base64,CCCC" } },
      { type: "image_url", image_url: "https://example.org/d.png" },
    ];
    assert.deepEqual((await events({ content }, ended({ finish_reason: "stop" }))).slice(0, -1), [
      { type: "text", text: "A" },
      { type: "image", base64: "BBBB" },
      { type: "image", base64: "CCCC" },
      { type: "text", text: "\nhttps://example.org/d.png" },
    ]);
  });

  it("tells of what it does not pass on, and of nothing where there is nothing", async () => {
    const part = (fields: object) => ({ content: "", tool_call_chunks: [{ index: 0, ...fields }] });
    for (const [chunk, isLife] of [
      [{ content: [{ type: "thinking", thinking: "hm", index: 0 }] }, true],
      [{ content: [{ type: "reasoning", reasoning: "hm" }] }, true],
      [{ content: [{ type: "redacted_thinking", data: "AAAA" }] }, true],
      [{ content: "", additional_kwargs: { reasoning_content: "hm" } }, true],
      [{ content: "", additional_kwargs: { reasoning: { summary: [{ text: "hm" }] } } }, true],
      [part({ name: "f", id: "a" }), true],
      [part({ args: "{" }), true],
      [{ content: "" }, false],
      [{ content: [] }, false],
      [{ content: [{ type: "thinking", thinking: "", index: 0 }] }, false],
      [{ content: "", additional_kwargs: { reasoning_content: "" } }, false],
      [{ content: "", additional_kwargs: { reasoning: { id: "rs_1", summary: [] } } }, false],
      [part({ args: "", id: "a" }), false],
      [{ content: "", usage_metadata: { input_tokens: 7, output_tokens: 0 } }, false],
      // Content is its own sign of life.
      [{ content: "A" }, false],
    ] as const) {
      let signs = 0;
      const chunks = (async function* () {
        yield chunk;
        assert.equal(signs, isLife ? 1 : 0, JSON.stringify(chunk));
        yield ended({ finish_reason: "length" });
      })();
      await Array.fromAsync(toChatEvents(chunks, "Vendor", () => (signs += 1)));
      // The end is one, too: the count may take its time.
      assert.equal(signs, isLife ? 2 : 1);
    }
  });

  it("is whole where its connection breaks after its end, with the count that followed", async () => {
    const chunks = (async function* () {
      yield { content: "A" };
      yield ended({ finish_reason: "stop" });
      yield { content: "", usage_metadata: { input_tokens: 5, output_tokens: 1 } };
      throw new Error("reset");
    })();
    assert.deepEqual(await Array.fromAsync(toChatEvents(chunks, "Vendor")), [
      { type: "text", text: "A" },
      { type: "finish", reason: "stop", usage: { inputTokens: 5, outputTokens: 1 } },
    ]);
  });

  it("believes no end that more follows", async () => {
    const chunks = (async function* () {
      yield { content: "A", response_metadata: { finish_reason: "stop" } };
      yield { content: "B", response_metadata: { finish_reason: "stop" } };
      throw new Error("reset");
    })();
    await assert.rejects(Array.fromAsync(toChatEvents(chunks, "Vendor")), /reset/);
  });

  it("does not pass a call on that the token limit cut off", async () => {
    const part = { content: "", tool_call_chunks: [{ index: 0, id: "a", name: "f", args: '{"x' }] };
    const all = await events(part, ended({ finish_reason: "length" }));
    assert.deepEqual(
      all.map(({ type }) => type),
      ["finish"],
    );
  });
});
