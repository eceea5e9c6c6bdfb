import assert from "node:assert/strict";
import fc from "fast-check";
import type { ChatMessage } from "../data-models/chat.ts";
import type { Message } from "../data-models/task.ts";
import { toChatRequest } from "./to-chat-request.ts";

describe("toChatRequest", () => {
  const part = fc.oneof(
    fc.record({ type: fc.constant("text" as const), text: fc.string() }),
    fc.record({
      type: fc.constant("image_url" as const),
      image_url: fc.record({ url: fc.webUrl() }),
    }),
  );
  const message: fc.Arbitrary<Message> = fc.record({
    role: fc.oneof(
      fc.constantFrom("system", "developer", "user", "assistant", "tool", "function"),
      fc.string({ minLength: 1 }),
    ),
    content: fc.oneof(fc.string(), fc.array(part, { minLength: 1 })),
  });

  /** Texts of one message that are one text when they are sent count as one. */
  const textsOf = ({ role, content }: Message): string[] => {
    if (typeof content === "string") return [content];
    const texts = content.flatMap((each) => (each.type === "text" ? each.text : []));
    const isJoined = ["system", "developer", "assistant"].includes(role) && texts.length > 0;
    return isJoined ? [texts.join("\n")] : texts;
  };
  const imagesOf = ({ content }: Message): string[] =>
    typeof content === "string"
      ? []
      : content.flatMap((each) => (each.type === "image_url" ? each.image_url.url : []));
  const sentTextsOf = ({ content }: ChatMessage): string[] =>
    typeof content === "string"
      ? [content]
      : content.flatMap((each) => (each.type === "text" ? each.text : []));
  const sentImagesOf = ({ content }: ChatMessage): string[] =>
    typeof content === "string"
      ? []
      : content.flatMap((each) => (each.type === "image" ? each.url : []));

  it("loses no text and no image, whatever the roles (ARENA-12)", () => {
    fc.assert(
      fc.property(fc.array(message), (messages) => {
        const { messages: sent } = toChatRequest({ messages });
        assert.deepEqual(sent.flatMap(sentTextsOf), messages.flatMap(textsOf));
        assert.deepEqual(sent.flatMap(sentImagesOf), messages.flatMap(imagesOf));
      }),
    );
  });

  it("names the speaker of a role that is the task's own", () => {
    const { messages } = toChatRequest({
      messages: [
        { role: "game master/1", content: "Go!" },
        { role: "user", content: "Where?" },
      ],
    });
    assert.deepEqual(messages, [
      { role: "user", content: "Go!", name: "game_master_1" },
      { role: "user", content: "Where?" },
    ]);
  });

  it("tells a developer's messages from the system's", () => {
    const { messages } = toChatRequest({
      messages: [
        { role: "system", content: "Be kind." },
        { role: "developer", content: "Be brief." },
      ],
    });
    assert.deepEqual(messages, [
      { role: "system", content: "Be kind." },
      { role: "system", content: "Be brief.", isDeveloper: true },
    ]);
  });
});
