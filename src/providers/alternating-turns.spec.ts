import assert from "node:assert/strict";
import type { ChatMessage } from "../data-models/chat.ts";
import { toTurns, withAlternatingTurns } from "./alternating-turns.ts";
import type { Provider } from "./provider.ts";

const { signal } = new AbortController();
const nobody = () => assert.fail("nobody is asked");

describe("turns for vendors that want them to alternate", () => {
  it("makes one system message of all, and puts it first", () => {
    const turns = toTurns([
      { role: "system", content: "a" },
      { role: "user", content: "b" },
      { role: "system", content: "c" },
    ]);
    assert.deepEqual(turns, [
      { role: "system", content: "a\n\nc" },
      { role: "user", content: "b" },
    ]);
  });

  it("takes the system's words for the user's when there are no others", () => {
    assert.deepEqual(toTurns([{ role: "system", content: "a" }]), [{ role: "user", content: "a" }]);
  });

  it("joins what the user says in a row, images included", () => {
    const image = { type: "image", url: "data:image/png;base64,AA==" } as const;
    const turns = toTurns([
      { role: "user", content: "a" },
      { role: "user", content: [image] },
      { role: "assistant", content: "b" },
      { role: "user", content: "c" },
    ]);
    assert.deepEqual(turns, [
      { role: "user", content: [{ type: "text", text: "a" }, image] },
      { role: "assistant", content: "b" },
      { role: "user", content: "c" },
    ]);
  });

  it("says before the words who speaks", () => {
    const turns = toTurns([
      { role: "user", name: "poet", content: "a" },
      { role: "assistant", content: "b" },
      { role: "user", name: "poet", content: [{ type: "text", text: "c" }] },
    ]);
    assert.deepEqual(
      turns.map(({ content }) => content),
      [
        "poet: a",
        "b",
        [
          { type: "text", text: "poet:" },
          { type: "text", text: "c" },
        ],
      ],
    );
  });

  it("joins what the assistant says in a row, but not across its calls of tools", () => {
    const toolCalls = [{ id: "1", name: "f", arguments: "{}" }];
    const turns = toTurns([
      { role: "user", content: "a" },
      { role: "assistant", content: "b" },
      { role: "assistant", content: "c", toolCalls },
      { role: "tool", toolCallID: "1", content: "d" },
      { role: "assistant", content: "e" },
    ]);
    assert.deepEqual(turns, [
      { role: "user", content: "a" },
      { role: "assistant", content: "b\n\nc", toolCalls },
      { role: "tool", toolCallID: "1", content: "d" },
      { role: "assistant", content: "e" },
    ]);
  });

  it("begins with the user, who is silent where the assistant spoke first", () => {
    const turns = toTurns([
      { role: "system", content: "a" },
      { role: "assistant", content: "b" },
      { role: "user", content: "c" },
    ]);
    assert.deepEqual(turns, [
      { role: "system", content: "a" },
      { role: "user", content: "…" },
      { role: "assistant", content: "b" },
      { role: "user", content: "c" },
    ]);
  });

  const image = { type: "image", url: "data:image/png;base64,AA==" } as const;
  const blank = { type: "text", text: "" } as const;
  const empty: [string, readonly ChatMessage[], readonly ChatMessage[]][] = [
    [
      "is silence where it is all that the user says",
      [
        { role: "user", content: " " },
        { role: "assistant", content: "a" },
        { role: "user", content: [blank] },
      ],
      [
        { role: "user", content: "…" },
        { role: "assistant", content: "a" },
        { role: "user", content: "…" },
      ],
    ],
    [
      "is left out beside words and images",
      [
        { role: "user", content: [blank, image] },
        { role: "user", content: "" },
        { role: "user", content: "a" },
      ],
      [{ role: "user", content: [image, { type: "text", text: "a" }] }],
    ],
    [
      "is no turn of the assistant's, and no system message",
      [
        { role: "system", content: "" },
        { role: "user", content: "a" },
        { role: "assistant", content: "" },
      ],
      [{ role: "user", content: "a" }],
    ],
  ];
  for (const [what, messages, turns] of empty) {
    it(`takes no empty text to a vendor: it ${what}`, () => {
      assert.deepEqual(toTurns(messages), turns);
    });
  }

  it("leaves all that it does not change as the provider has it", () => {
    const provider: Provider = {
      name: "x",
      tellsOpening: true,
      comesInParts: () => false,
      capabilities: nobody,
      load: async () => {},
      stream: nobody,
      embed: nobody,
      listModels: nobody,
    };
    const { stream, ...rest } = withAlternatingTurns(provider);
    const { stream: _, ...others } = provider;
    assert.deepEqual(rest, others);
    assert.throws(() => stream("m", { messages: [] }, { signal }), /nobody is asked/);
  });
});
