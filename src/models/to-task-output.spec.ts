import assert from "node:assert/strict";
import type { ChatEvent, FinishReason } from "../data-models/chat.ts";
import { toTaskOutput } from "./to-task-output.ts";

const usage = { inputTokens: 20, outputTokens: 60 };

/** An answer as it comes: its texts, its images, and how it ended. */
async function* answer(
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
    assert.deepEqual(await toTaskOutput(answer(["A ", "cat."])), { text: "A cat." });
    const drawn = answer([], "stop", ["AA==", "AQ=="]);
    assert.deepEqual(await toTaskOutput(drawn), { text: "", image: "AA==" });
  });

  it("says of a text that a content filter cut that it is not whole", async () => {
    assert.deepEqual(await toTaskOutput(answer(["Once there was a frog"], "content-filter")), {
      text: "Once there was a frog\n\n[The AI's content filter stopped the answer here.]",
    });
    assert.deepEqual(await toTaskOutput(answer([], "content-filter", ["AA=="])), {
      text: "[The AI's content filter stopped the answer here.]",
      image: "AA==",
    });
  });

  it("says of a text that the deadline cut that it is not whole", async () => {
    assert.deepEqual(await toTaskOutput(answer(["Once there was"], "deadline")), {
      text: "Once there was\n\n[The AI ran out of time here.]",
    });
  });

  it("leaves a text that the token limit cut as it is", async () => {
    assert.deepEqual(await toTaskOutput(answer(["Once there"], "length")), { text: "Once there" });
  });
});
