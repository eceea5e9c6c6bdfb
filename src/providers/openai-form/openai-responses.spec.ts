import assert from "node:assert/strict";
import { HttpStandIn, serverSentEvents } from "../../../test/fixtures/http-stand-in.ts";
import { responseEvents } from "../../../test/fixtures/openai-events.ts";
import { modelResponse } from "../../../test/fixtures/openai-stand-in.ts";
import {
  accessTo,
  asking,
  eventsOf,
  failureOf,
  question,
  verdictOf,
} from "../../../test/fixtures/provider-questions.ts";
import type { Provider } from "../provider.ts";
import { createOpenAI } from "../vendors/openai.ts";

describe("an answer of /responses", () => {
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

  it("lets a model draw over the Responses API, which keeps nothing", async () => {
    const item = { type: "image_generation_call", id: "ig_1", status: "completed", result: "AAAA" };
    const message = {
      type: "message",
      id: "msg_1",
      status: "completed",
      role: "assistant",
      content: [{ type: "output_text", text: "A cat.", annotations: [] }],
    };
    const response = {
      id: "resp_1",
      object: "response",
      created_at: 1741476542,
      model: "gpt-4o",
      error: null,
      incomplete_details: null,
    };
    const events = [
      { type: "response.created", response: { ...response, status: "in_progress", output: [] } },
      { type: "response.output_item.done", output_index: 0, item },
      {
        type: "response.output_text.delta",
        item_id: "msg_1",
        output_index: 1,
        content_index: 0,
        delta: "A cat.",
      },
      {
        type: "response.completed",
        response: {
          ...response,
          status: "completed",
          output: [item, message],
          usage: { input_tokens: 36, output_tokens: 87, total_tokens: 123 },
        },
      },
    ];
    vendor.reply({ body: serverSentEvents(events) });
    assert.deepEqual(await eventsOf(provider, "gpt-4o", asking({ imageOutput: true })), [
      { type: "image", base64: "AAAA" },
      { type: "text", text: "A cat." },
      { type: "finish", reason: "stop", usage: { inputTokens: 36, outputTokens: 87 } },
    ]);
    assert.equal(vendor.last.target, "/v1/responses");
    const { store, tools } = vendor.last.body as Record<string, unknown>;
    assert.deepEqual([store, tools], [false, [{ type: "image_generation" }]]);
  });

  it("tells why a response failed while the vendor worked on it", async () => {
    for (const [code, verdict] of [
      ["server_error", ["UNAVAILABLE", "unavailable", true]],
      ["rate_limit_exceeded", ["RESOURCE_EXHAUSTED", "rate-limit", true]],
      ["invalid_prompt", ["PERMISSION_DENIED", "content-filter", false]],
    ] as const) {
      const fields = { status: "failed", error: { code, message: question } };
      vendor.reply({ body: serverSentEvents(responseEvents(modelResponse([], fields))) });
      const error = await failureOf(provider, "gpt-4o", asking({ imageOutput: true }));
      assert.deepEqual(verdictOf(error), verdict);
    }
  });

  it("is alive while its model writes what is no part of its text", async () => {
    const whole = responseEvents(modelResponse([], {}));
    const place = { item_id: "rs_1", output_index: 0, content_index: 0 };
    for (const [event, isLife] of [
      [{ type: "response.reasoning_text.delta", ...place, delta: "hm" }, true],
      [{ type: "response.refusal.delta", ...place, delta: "I" }, true],
      [{ type: "response.reasoning_text.delta", ...place, delta: "" }, false],
      [{ type: "response.in_progress", response: {} }, false],
      [{ type: "keepalive" }, false],
    ] as const) {
      vendor.reply({ body: serverSentEvents([event, ...whole]) });
      let signs = 0;
      const onProgress = () => {
        signs += 1;
      };
      const { signal } = new AbortController();
      const request = asking({ imageOutput: true });
      await Array.fromAsync(provider.stream("gpt-4o", request, { signal, onProgress }));
      // The end is one, too.
      assert.equal(signs, isLife ? 2 : 1, event.type);
    }
  });
});
