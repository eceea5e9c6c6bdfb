import assert from "node:assert/strict";
import { useHttpStandIn } from "../../../test/fixtures/http-stand-in.ts";
import {
  accessTo,
  eventsOf,
  failureOf,
  verdictOf,
} from "../../../test/fixtures/provider-questions.ts";
import { createSelfHosted } from "../vendors/self-hosted.ts";
import { createStreamingFetch } from "./streaming-fetch.ts";

describe("createStreamingFetch", () => {
  it("ends a stream with [DONE], also where its connection stays open", async () => {
    const said = "data: 1\n\ndata: [DONE]\n\n";
    const body = new ReadableStream<Uint8Array>({
      start: (controller) => controller.enqueue(new TextEncoder().encode(said)),
    });
    const headers = { "content-type": "text/event-stream" };
    const send = createStreamingFetch(async () => new Response(body, { headers }));
    assert.equal(await (await send("http://127.0.0.1")).text(), said);
  });
});

describe("an answer that comes whole where a stream was asked for", () => {
  const vendor = useHttpStandIn();

  const provider = () => createSelfHosted(accessTo("self-hosted", { baseUrl: vendor().origin }));

  it("is read as a stream, also beside an empty place for errors", async () => {
    const message = { role: "assistant", content: "Hello" };
    const choices = [{ index: 0, message, finish_reason: "stop" }];
    vendor().reply({ body: { error: null, choices, usage: null } });
    const [text, finish] = await eventsOf(provider(), "m");
    assert.deepEqual(text, { type: "text", text: "Hello" });
    assert.equal(finish?.type === "finish" && finish.reason, "stop");
  });

  for (const [error, verdict] of [
    [{ code: "content_filter" }, ["PERMISSION_DENIED", "content-filter", false]],
    [{ code: "context_length_exceeded" }, ["INVALID_ARGUMENT", "context-length", false]],
    [{ code: "insufficient_quota" }, ["RESOURCE_EXHAUSTED", "quota", false]],
    [{ code: 429 }, ["RESOURCE_EXHAUSTED", "rate-limit", true]],
    [{ code: "429" }, ["RESOURCE_EXHAUSTED", "rate-limit", true]],
    [{ code: 503 }, ["UNAVAILABLE", "unavailable", true]],
    [{ type: "overloaded_error" }, ["UNAVAILABLE", "unavailable", true]],
    ["overloaded", ["INTERNAL", "malformed", false]],
  ] as const) {
    it(`is the failure that it tells of: ${JSON.stringify(error)}`, async () => {
      vendor().reply({ body: { error } });
      assert.deepEqual(verdictOf(await failureOf(provider(), "m")), verdict);
    });
  }

  it("cannot be read where it is neither, and says nothing of what it was", async () => {
    for (const body of ["nonsense", "[]"]) {
      vendor().reply({ body, headers: { "content-type": "application/json" } });
      const error = await failureOf(provider(), "m");
      assert.deepEqual(verdictOf(error), ["INTERNAL", "malformed", false]);
    }
  });
});
