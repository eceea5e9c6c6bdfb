import assert from "node:assert/strict";
import {
  bedrockAnswer,
  bedrockAt,
  bedrockModels,
} from "../../../../test/fixtures/aws-questions.ts";
import { useHttpStandIn } from "../../../../test/fixtures/http-stand-in.ts";
import { eventsOf } from "../../../../test/fixtures/provider-questions.ts";
import type { ChatRequest } from "../../../data-models/chat.ts";

const tools = [{ name: "f", parameters: { type: "object", properties: {} } }];
const result = { toolResult: { toolUseId: "1", content: [{ text: "snow" }] } };

describe("the turns that Bedrock is sent", () => {
  const vendor = useHttpStandIn();

  const cases: [string, ChatRequest["messages"], readonly object[]][] = [
    [
      "join what the user says to what the tool answered",
      [
        { role: "user", content: "a" },
        {
          role: "assistant",
          content: "",
          toolCalls: [{ id: "1", name: "f", arguments: "{}" }],
        },
        { role: "tool", toolCallID: "1", content: "snow" },
        { role: "user", content: "b" },
        { role: "user", content: "c" },
      ],
      [
        { role: "user", content: [{ text: "a" }] },
        { role: "assistant", content: [{ toolUse: { toolUseId: "1", name: "f", input: {} } }] },
        { role: "user", content: [result, { text: "b" }, { text: "c" }] },
      ],
    ],
    [
      "begin with a user, and no assistant follows another",
      [
        { role: "assistant", content: "a" },
        { role: "assistant", content: "b" },
        { role: "user", content: "" },
      ],
      [
        { role: "user", content: [{ text: "…" }] },
        { role: "assistant", content: [{ text: "a\n\nb" }] },
        { role: "user", content: [{ text: "…" }] },
      ],
    ],
  ];
  for (const [what, messages, sent] of cases) {
    it(what, async () => {
      vendor().reply(bedrockAnswer("Hi"));
      await eventsOf(bedrockAt(vendor().origin), bedrockModels.streaming, { messages, tools });
      assert.deepEqual(Reflect.get(Object(vendor().last.body), "messages"), sent);
    });
  }
});
