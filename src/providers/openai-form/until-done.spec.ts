import assert from "node:assert/strict";
import { deferred } from "../../../test/fixtures/deferred.ts";
import { fakeTime } from "../../../test/fixtures/fake-time.ts";
import { untilDone } from "./until-done.ts";

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
