import assert from "node:assert/strict";
import type { ChatMessage } from "../../../data-models/chat.ts";
import { toPrompt } from "./chat-template.ts";

const conversation: readonly ChatMessage[] = [
  { role: "system", content: "Be kind." },
  { role: "user", content: "Hi" },
  { role: "assistant", content: "Hello!" },
  { role: "user", content: "Bye" },
];

describe("the prompts for servers that complete text", () => {
  const cases: [string, string, readonly string[]][] = [
    ["Mistral-7B-Instruct-v0.3", "[INST] Be kind.\n\nHi [/INST] Hello!</s>[INST] Bye [/INST]", []],
    [
      "mistralai/Mixtral-8x7B-Instruct-v0.1",
      "[INST] Be kind.\n\nHi [/INST] Hello!</s>[INST] Bye [/INST]",
      [],
    ],
    [
      "Llama-2-13b-chat",
      "[INST] <<SYS>>\nBe kind.\n<</SYS>>\n\nHi [/INST] Hello!</s>[INST] Bye [/INST]",
      [],
    ],
    [
      "meta-llama/Llama-3.1-8B-Instruct",
      "<|start_header_id|>system<|end_header_id|>\n\nBe kind.<|eot_id|>" +
        "<|start_header_id|>user<|end_header_id|>\n\nHi<|eot_id|>" +
        "<|start_header_id|>assistant<|end_header_id|>\n\nHello!<|eot_id|>" +
        "<|start_header_id|>user<|end_header_id|>\n\nBye<|eot_id|>" +
        "<|start_header_id|>assistant<|end_header_id|>\n\n",
      ["<|eot_id|>"],
    ],
    [
      "Qwen2.5-7B-Instruct",
      "<|im_start|>system\nBe kind.<|im_end|>\n<|im_start|>user\nHi<|im_end|>\n" +
        "<|im_start|>assistant\nHello!<|im_end|>\n<|im_start|>user\nBye<|im_end|>\n" +
        "<|im_start|>assistant\n",
      ["<|im_end|>"],
    ],
    [
      "amazon/FalconLite",
      "<|prompter|>Be kind.\n\nHi<|endoftext|><|assistant|>Hello!<|endoftext|>" +
        "<|prompter|>Bye<|endoftext|><|assistant|>",
      ["<|endoftext|>"],
    ],
    [
      "house-model",
      "System: Be kind.\nUser: Hi\nAssistant: Hello!\nUser: Bye\nAssistant:",
      ["\nUser:"],
    ],
  ];
  for (const [model, text, stop] of cases) {
    it(`is written in the template of ${model}`, () => {
      assert.deepEqual(toPrompt(model, conversation), { text, stop });
    });
  }

  it("keeps a system's words that no user's turn follows", () => {
    assert.deepEqual(toPrompt("mistral", [{ role: "system", content: "Begin." }]), {
      text: "[INST] Begin. [/INST]",
      stop: [],
    });
  });

  it("says before a user's words who speaks", () => {
    const messages: readonly ChatMessage[] = [
      { role: "user", name: "ada", content: "Hi" },
      { role: "user", name: "bo", content: [{ type: "text", text: "Bye" }] },
    ];
    const { text } = toPrompt("house-model", messages);
    assert.equal(text, "User: ada: Hi\nUser: bo: Bye\nAssistant:");
  });
});
