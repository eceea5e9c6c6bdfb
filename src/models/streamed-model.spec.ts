import assert from "node:assert/strict";
import { RecordingLogger } from "../../test/fixtures/recording-logger.ts";
import {
  accessTo,
  answer,
  failure,
  finish,
  ScriptedProvider,
  text,
} from "../../test/fixtures/scripted-provider.ts";
import { scriptedRoutes, working } from "../../test/fixtures/scripted-routes.ts";
import type { ChatEvent, FinishReason } from "../data-models/chat.ts";
import { refusedRequest } from "../providers/errors/refused-request.ts";
import { logRouteCall, toTaskOutput } from "./streamed-model.ts";

describe("the log lines of a route's call", () => {
  const routes = scriptedRoutes();

  /** What is logged when these are asked, in this order. */
  async function linesOf(...providers: readonly ScriptedProvider[]) {
    const accesses = providers.map((provider, index) => accessTo(provider, `p${index}`));
    const call = await routes.call(routes.to(accesses));
    await routes.clock.passPauses(call.whole());
    const logger = new RecordingLogger();
    logRouteCall(call, logger);
    return logger.items;
  }

  it("tell that a content filter cut the answer", async () => {
    const cut = [text("Once there was a frog"), finish("content-filter")];
    const [line, ...more] = await linesOf(new ScriptedProvider([cut]));
    assert.equal(more.length, 0);
    assert.equal(line?.msg, "routed");
    const [attempt] = Array.isArray(line?.["attempts"]) ? line["attempts"] : [];
    assert.equal(attempt.finishReason, "content-filter");
    assert.doesNotMatch(JSON.stringify(line), /frog/);
  });

  it("tell of each failed attempt, and then of the way", async () => {
    const failing = new ScriptedProvider([[failure("quota")]]);
    const lines = await linesOf(failing, working());
    assert.deepEqual(
      lines.map(({ msg }) => msg),
      ["Scripted: quota.", "routed"],
    );
  });

  it("tell of a candidate that cannot honour the request as skipped, not as failed", async () => {
    const refusing = new ScriptedProvider([[refusedRequest("Scripted", "it fetches no images.")]]);
    const [line, ...more] = await linesOf(refusing, new ScriptedProvider([answer("Hello.")]));
    assert.equal(more.length, 0);
    const [skipped] = Array.isArray(line?.["skipped"]) ? line["skipped"] : [];
    assert.deepEqual([skipped.profile, skipped.skipped], ["p0", "it fetches no images"]);
  });
});

const usage = { inputTokens: 20, outputTokens: 60 };

/** An answer as it comes: its texts, its images, and how it ended. */
async function* answerOf(
  texts: readonly string[],
  reason: FinishReason = "stop",
  images: readonly string[] = [],
): AsyncGenerator<ChatEvent, void> {
  for (const text of texts) yield { type: "text", text };
  for (const base64 of images) yield { type: "image", base64 };
  yield { type: "finish", reason, usage };
}

describe("toTaskOutput", () => {
  it("takes the text, and the first image", async () => {
    assert.deepEqual(await toTaskOutput(answerOf(["A ", "cat."])), { text: "A cat." });
    const drawn = answerOf([], "stop", ["AA==", "AQ=="]);
    assert.deepEqual(await toTaskOutput(drawn), { text: "", image: "AA==" });
  });

  it("says of a text that a content filter cut that it is not whole", async () => {
    assert.deepEqual(await toTaskOutput(answerOf(["Once there was a frog"], "content-filter")), {
      text: "Once there was a frog\n\n[The AI's content filter stopped the answer here.]",
    });
    assert.deepEqual(await toTaskOutput(answerOf([], "content-filter", ["AA=="])), {
      text: "[The AI's content filter stopped the answer here.]",
      image: "AA==",
    });
  });

  it("says of a text that the deadline cut that it is not whole", async () => {
    assert.deepEqual(await toTaskOutput(answerOf(["Once there was"], "deadline")), {
      text: "Once there was\n\n[The AI ran out of time here.]",
    });
  });

  it("leaves a text that the token limit cut as it is", async () => {
    assert.deepEqual(await toTaskOutput(answerOf(["Once there"], "length")), {
      text: "Once there",
    });
  });
});
