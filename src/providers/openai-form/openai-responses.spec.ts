import assert from "node:assert/strict";
import { serverSentEvents } from "../../../test/fixtures/http-stand-in.ts";
import { responseEvents } from "../../../test/fixtures/openai-events.ts";
import { modelResponse, outputText } from "../../../test/fixtures/openai-stand-in.ts";
import { providerAtVendor } from "../../../test/fixtures/provider-at-vendor.ts";
import {
  accessTo,
  asking,
  canaryKey,
  question,
  verdictOf,
} from "../../../test/fixtures/provider-questions.ts";
import { createOpenAI } from "../vendors/openai.ts";

describe("an answer of /responses", () => {
  const at = providerAtVendor({
    create: (origin) => createOpenAI(accessTo("openai", { baseUrl: `${origin}/v1` })),
    model: "gpt-4o",
    friendly: "hang",
  });

  it("lets a model draw over the Responses API, which keeps nothing", async () => {
    const drawn = {
      type: "image_generation_call",
      id: "ig_1",
      status: "completed",
      result: "AAAA",
    };
    const reply = serverSentEvents(responseEvents(modelResponse([drawn, outputText("A cat.")])));
    assert.deepEqual(await at().events({ body: reply }, { imageOutput: true }), [
      { type: "image", base64: "AAAA" },
      { type: "text", text: "A cat." },
      { type: "finish", reason: "stop", usage: { inputTokens: 36, outputTokens: 87 } },
    ]);
    assert.equal(at().vendor.last.target, "/v1/responses");
    const { store, tools } = at().vendor.last.fields;
    assert.deepEqual([store, tools], [false, [{ type: "image_generation" }]]);
  });

  it("tells why a response failed while the vendor worked on it", async () => {
    for (const [code, verdict] of [
      ["server_error", ["UNAVAILABLE", "unavailable", true]],
      ["rate_limit_exceeded", ["RESOURCE_EXHAUSTED", "rate-limit", true]],
      ["invalid_prompt", ["PERMISSION_DENIED", "content-filter", false]],
    ] as const) {
      const fields = { status: "failed", error: { code, message: `${canaryKey}: ${question}` } };
      const error = await at().failure(
        { body: serverSentEvents(responseEvents(modelResponse([], fields))) },
        { imageOutput: true },
      );
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
      const { provider, vendor } = at();
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
