import assert from "node:assert/strict";
import { boundedText } from "./bounded-text.ts";

describe("boundedText", () => {
  const response = (...parts: Uint8Array<ArrayBuffer>[]) =>
    new Response(ReadableStream.from(parts));
  const bytes = Uint8Array.from(new TextEncoder().encode("añb"));

  it("decodes a body whose characters are cut in two", async () => {
    const parts = [bytes.slice(0, 2), bytes.slice(2)];
    assert.equal(await boundedText(response(...parts), 4, assert.fail), "añb");
    assert.equal(await boundedText(new Response(), 4, assert.fail), "");
  });

  it("ends where more has come than is read, or throws what it is told to", async () => {
    let calls = 0;
    const text = await boundedText(response(bytes, bytes, bytes), 4, () => calls++);
    assert.deepEqual([text, calls], ["añbañb", 1]);
    const refused = new Error("too large");
    const refuse = () => {
      throw refused;
    };
    await assert.rejects(boundedText(response(bytes, bytes), 4, refuse), refused);
  });
});
