import assert from "node:assert/strict";
import { deferred } from "../../../test/fixtures/deferred.ts";
import { fakeTime } from "../../../test/fixtures/fake-time.ts";
import { useHttpStandIn } from "../../../test/fixtures/http-stand-in.ts";
import {
  accessTo,
  eventsOf,
  failureOf,
  verdictOf,
} from "../../../test/fixtures/provider-questions.ts";
import { createSelfHosted } from "../vendors/self-hosted.ts";
import { createStreamingFetch, untilDone } from "./streaming-fetch.ts";

const encoder = new TextEncoder();

describe("untilDone", () => {
  const time = fakeTime();

  /** A body of these pieces that then stays open, and tells when it is left. */
  function open(...pieces: readonly string[]) {
    const left = deferred<void>();
    const rest = [...pieces];
    const body = new ReadableStream<Uint8Array>({
      pull: (controller) => {
        const piece = rest.shift();
        if (piece === undefined) return new Promise(() => {});
        controller.enqueue(encoder.encode(piece));
        return undefined;
      },
      cancel: () => left.resolve(),
    });
    return { body, left: left.promise };
  }

  const textOf = (body: ReadableStream<Uint8Array>) => new Response(untilDone(body)).text();

  for (const [what, pieces] of [
    ["in a piece of its own", ['data: {"a":1}\n\n', "data: [DONE]\n\n"]],
    ["without a blank", ['data: {"a":1}\r\n\r\n', "data:[DONE]"]],
    ["over several pieces", ['data: {"a":1}\n', "\ndat", "a: [DO", "NE]", "\n\n"]],
    ["alone", ["data: [DONE]\n\n"]],
  ] as const) {
    it(`ends with [DONE] at once: ${what}`, async () => {
      const { body } = open(...pieces);
      assert.equal((await textOf(body)).trimEnd(), pieces.join("").trimEnd());
    });
  }

  it("reads on for a second, for the connection's sake, and then leaves", async () => {
    const { body, left } = open("data: [DONE]\n\n", "\n");
    await textOf(body);
    let isLeft = false;
    void left.then(() => {
      isLeft = true;
    });
    await time.pass(999);
    assert.equal(isLeft, false);
    await time.pass(1);
    await left;
  });

  it("reads to the body's end, where there is one, and does not leave it", async () => {
    const pieces = ["data: [DONE]\n", "\n", "more"];
    const read = deferred<void>();
    const body = new ReadableStream<Uint8Array>(
      {
        pull: (controller) => {
          const piece = pieces.shift();
          if (piece !== undefined) return controller.enqueue(encoder.encode(piece));
          controller.close();
          read.resolve();
        },
        cancel: () => assert.fail("it was left"),
      },
      { highWaterMark: 0 },
    );
    assert.equal(await textOf(body), "data: [DONE]\n");
    await read.promise;
    await time.pass(2000);
  });

  it("does not end with words that only look so", async () => {
    const pieces = ['data: {"text":"data: [DONE]"}\n\n', 'data: {"text":"[DONE]"}\n\n'];
    const body = new Response(pieces.join("")).body ?? assert.fail("no body");
    assert.equal(await textOf(body), pieces.join(""));
  });

  it("breaks where its body breaks, and is left where its reader leaves", async () => {
    const broken = new ReadableStream<Uint8Array>({
      start: (controller) => controller.error(new Error("reset")),
    });
    await assert.rejects(textOf(broken), /reset/);
    const { body, left } = open("data: 1\n\n");
    await untilDone(body).cancel();
    await left;
  });
});

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
