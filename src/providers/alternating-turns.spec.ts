import assert from "node:assert/strict";
import { toTurns } from "./alternating-turns.ts";

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
});
