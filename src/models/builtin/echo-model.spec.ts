import assert from "node:assert/strict";
import type { Message } from "../../data-models/task.ts";
import { EchoModel } from "./echo-model.ts";

describe("EchoModel", () => {
  const answer = async (...messages: Message[]) => {
    const output = await new EchoModel().getResponse({ messages });
    assert.deepEqual(Object.keys(output), ["text"]);
    return output.text;
  };
  const image = (url: string): Message => ({
    role: "user",
    content: [
      { type: "text", text: "look" },
      { type: "image_url", image_url: { url } },
    ],
  });

  it("repeats a lone text and nothing else", async () => {
    assert.equal(await answer({ role: "user", content: "hello" }), "echo: hello");
  });

  it("repeats the last user's text and counts the messages", async () => {
    const text = await answer(
      { role: "system", content: "be kind" },
      { role: "user", content: "first" },
      {
        role: "user",
        content: [
          { type: "text", text: "second" },
          { type: "text", text: "half" },
        ],
      },
      { role: "assistant", content: "third" },
    );
    assert.equal(text, "echo: second\nhalf [4 messages]");
  });

  it("tells the kind and size of an image in a data URL and does not send it back", async () => {
    const bytes = Buffer.from("89504e470d0a1a0a0000", "hex");
    for (const length of [8, 9, 10]) {
      const url = `data:image/png;base64,${bytes.subarray(0, length).toString("base64")}`;
      assert.equal(
        await answer(image(url)),
        `echo: look [1 message; image/png of ${length} bytes]`,
      );
    }
  });

  it("counts the characters of a data URL that is not base64", async () => {
    const text = await answer(image("data:image/svg+xml;charset=utf8,<svg/>"));
    assert.equal(text, "echo: look [1 message; image/svg+xml of 6 bytes]");
  });

  it("tells the address of an image, shortened", async () => {
    assert.equal(
      await answer(image("https://example.org/cat.png")),
      "echo: look [1 message; image at https://example.org/cat.png]",
    );
    assert.ok((await answer(image(`https://example.org/${"a".repeat(10_000)}`))).length < 300);
  });

  it("answers a conversation without a user", async () => {
    assert.equal(await answer(), "echo:  [0 messages]");
    assert.equal(await answer({ role: "system", content: "be kind" }), "echo: ");
  });

  it("says that it sees images", () => {
    assert.equal(new EchoModel().getModelDefinition().canImage, true);
    assert.equal(new EchoModel().getModelDefinition().modelID, "echo");
  });
});
