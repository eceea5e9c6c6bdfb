import assert from "node:assert/strict";
import type { WholeAnswer } from "../routing/call/whole-answer.ts";
import { toTaskOutput } from "./to-task-output.ts";

const usage = { inputTokens: 20, outputTokens: 60 };
const whole: WholeAnswer = {
  text: "",
  images: [],
  toolCalls: [],
  finishReason: "stop",
  usage,
};

describe("toTaskOutput", () => {
  it("takes the text, and the first image", () => {
    assert.deepEqual(toTaskOutput({ ...whole, text: "A cat." }, "OpenAI"), { text: "A cat." });
    const images = ["AA==", "AQ=="];
    assert.deepEqual(toTaskOutput({ ...whole, images }, "OpenAI"), { text: "", image: "AA==" });
  });

  it("says of a text that a content filter cut that it is not whole", () => {
    const cut = { ...whole, finishReason: "content-filter" } as const;
    assert.deepEqual(toTaskOutput({ ...cut, text: "Once there was a frog" }, "OpenAI"), {
      text: "Once there was a frog\n\n[The AI's content filter stopped the answer here.]",
    });
    assert.deepEqual(toTaskOutput({ ...cut, images: ["AA=="] }, "OpenAI"), {
      text: "[The AI's content filter stopped the answer here.]",
      image: "AA==",
    });
  });

  it("says of a text that the deadline cut that it is not whole", () => {
    const cut = { ...whole, text: "Once there was", finishReason: "deadline" } as const;
    assert.deepEqual(toTaskOutput(cut, "Ollama"), {
      text: "Once there was\n\n[The AI ran out of time here.]",
    });
  });

  it("leaves a text that the token limit cut as it is", () => {
    const cut = { ...whole, text: "Once there", finishReason: "length" } as const;
    assert.deepEqual(toTaskOutput(cut, "OpenAI"), { text: "Once there" });
  });

  for (const [finishReason, code, message] of [
    ["content-filter", "PERMISSION_DENIED", "OpenAI: its content filter stopped the answer."],
    ["tool-calls", "INTERNAL", "OpenAI: the answer is empty."],
  ] as const) {
    it(`throws when there is nothing to show after ${finishReason}`, () => {
      const toolCalls = [{ id: "1", name: "look", arguments: "{}" }];
      assert.throws(() => toTaskOutput({ ...whole, toolCalls, finishReason }, "OpenAI"), {
        name: "ProviderError",
        code,
        message,
      });
    });
  }
});
