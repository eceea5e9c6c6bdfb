import assert from "node:assert/strict";
import * as classes from "@langchain/core/messages";
import fc from "fast-check";
import type { Message, MessagePart } from "../data-models/message.ts";
import { toLangChainMessages } from "./chat-messages.ts";

describe("toLangChainMessages", () => {
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
  const partsOf = ({ content }: { content: unknown }): MessagePart[] =>
    typeof content === "string"
      ? [{ type: "text", text: content }]
      : Array.isArray(content)
        ? content
        : [];

  it("loses no text and no image, whatever the roles (ARENA-12)", () => {
    const ofKind = (kind: string, messages: readonly { content: unknown }[]) =>
      messages.flatMap(partsOf).filter(({ type }) => type === kind);
    fc.assert(
      fc.property(
        fc.array(message),
        fc.constantFrom("system" as const, "developer" as const, "user" as const),
        (messages, systemRole) => {
          const sent = toLangChainMessages(messages, systemRole, classes);
          for (const kind of ["text", "image_url"]) {
            assert.deepEqual(ofKind(kind, sent), ofKind(kind, messages));
          }
        },
      ),
    );
  });
});
