import assert from "node:assert/strict";
import { ProviderError } from "../errors/provider-error.ts";
import { toChatEvents } from "./langchain-stream.ts";

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

  it("does not pass a call on that the token limit cut off", async () => {
    const part = { content: "", tool_call_chunks: [{ index: 0, id: "a", name: "f", args: '{"x' }] };
    const all = await events(part, ended({ finish_reason: "length" }));
    assert.deepEqual(
      all.map(({ type }) => type),
      ["finish"],
    );
  });
});
