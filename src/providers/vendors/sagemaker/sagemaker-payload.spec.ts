import assert from "node:assert/strict";
import type { ChatMessage } from "../../../data-models/chat.ts";
import { toJumpStartPayload, toTgiPayload } from "./sagemaker-payload.ts";

const poet: ChatMessage = { role: "user", name: "ada", content: "A poem!" };

describe("what SageMaker's endpoints are sent", () => {
  const read = (text: string, model: string, stop?: readonly string[]) =>
    toTgiPayload(model, { messages: [poet], ...(stop && { stop }) }).Answer.parse({
      generated_text: text,
      details: { finish_reason: "stop_sequence", generated_tokens: 3 },
    }).text;

  it("brings an answer without the words that stopped it", () => {
    assert.equal(read("hi\nUser:", "house-model"), "hi");
    assert.equal(read("hi END", "mistral", ["D", " END", "END"]), "hi");
    assert.equal(read("hi<|im_end|>", "qwen", ["."]), "hi");
    assert.equal(read("\nUser: hi", "house-model"), "\nUser: hi");
    assert.equal(read("hi", "mistral", [""]), "hi");
  });

  it("says who speaks, in completions and in chats", () => {
    assert.equal(
      Reflect.get(toTgiPayload("mistral", { messages: [poet] }).body, "inputs"),
      "[INST] ada: A poem! [/INST]",
    );
    assert.deepEqual(Reflect.get(toJumpStartPayload({ messages: [poet] }).body, "inputs"), [
      [{ role: "user", content: "ada: A poem!" }],
    ]);
  });

  it("gives JumpStart's models turns of nothing but words", () => {
    const parts = [
      { type: "text", text: "b" },
      { type: "text", text: "c" },
    ] as const;
    const messages: readonly ChatMessage[] = [
      { role: "assistant", content: "a" },
      { role: "user", content: parts },
      { role: "user", content: "d" },
    ];
    assert.deepEqual(Reflect.get(toJumpStartPayload({ messages }).body, "inputs"), [
      [
        { role: "user", content: "…" },
        { role: "assistant", content: "a" },
        { role: "user", content: "b\nc\nd" },
      ],
    ]);
  });

  it("asks for no share of the likely words where all count or only the first", () => {
    const sent = (fields: object) => {
      const { body } = toTgiPayload("mistral", { messages: [poet], ...fields });
      return "top_p" in Reflect.get(body, "parameters");
    };
    assert.deepEqual([{ topP: 0.5 }, { topP: 1 }, { topP: 0.5, temperature: 0 }].map(sent), [
      true,
      false,
      false,
    ]);
  });
});
