import assert from "node:assert/strict";
import { boundedBody } from "./bounded-body.ts";

const encoder = new TextEncoder();

describe("boundedBody", () => {
  /** A body of these parts, all of which are there already, and whether it was left. */
  function bodyOf(parts: Iterable<string>) {
    const rest = parts[Symbol.iterator]();
    const seen = { parts: 0, isLeft: false };
    const body = new ReadableStream<Uint8Array>({
      pull: (controller) => {
        const next = rest.next();
        if (next.done) return controller.close();
        seen.parts++;
        controller.enqueue(encoder.encode(next.value));
      },
      cancel: () => {
        seen.isLeft = true;
      },
    });
    return { body, seen };
  }

  function* endless(part: string): Generator<string> {
    for (;;) yield part;
  }

  async function piecesOf(parts: Iterable<string>, isStream = true): Promise<string[]> {
    const onTooLarge = () => new Error("too large");
    const pieces = await Array.fromAsync(boundedBody(bodyOf(parts).body, { isStream, onTooLarge }));
    return pieces.map((piece) => Buffer.from(piece).toString());
  }

  for (const end of ["\n\n", "\r\n\r\n", "\r\r"]) {
    it(`gives events on whole that come in parts and end with ${JSON.stringify(end)}`, async () => {
      const text = `data: é${end}data: two${end}data: cut`;
      assert.deepEqual(await piecesOf(text), [`data: é${end}`, `data: two${end}`, "data: cut"]);
    });
  }

  it("gives [DONE] on at once, for nothing may follow it", async () => {
    const { body } = bodyOf(["data: 1\n\ndata: [DO", "NE]"]);
    const open = new ReadableStream<Uint8Array>({
      start: async (controller) => {
        for await (const part of body) controller.enqueue(part);
      },
    });
    const onTooLarge = () => new Error("too large");
    const reader = boundedBody(open, { isStream: true, onTooLarge }).getReader();
    const texts = [await reader.read(), await reader.read()].map(({ value }) =>
      Buffer.from(value ?? []).toString(),
    );
    assert.deepEqual(texts, ["data: 1\n\n", "data: [DONE]"]);
  });

  it("loses and changes nothing, however it is cut", async () => {
    const text = `${"\n".repeat(5000)}: ping\n\ndata: ${"x".repeat(9000)}\r\n\r\n\r\r\n\n\n${"data: é\n\n".repeat(500)}end`;
    for (const size of [3, 7, 4096, 65_536]) {
      const parts = text.match(new RegExp(`[^]{1,${size}}`, "g")) ?? [];
      assert.equal((await piecesOf(parts)).join(""), text);
      assert.equal((await piecesOf(parts, false)).join(""), text);
    }
  });

  it("gives many short events on a few at a time", async () => {
    const pieces = await piecesOf(["\n".repeat(65_536)]);
    assert.ok(pieces.every(({ length }) => length <= 4096));
  });

  for (const [what, part] of [
    ["within an event", "data: and on"],
    ["in events of their own", ": ping\n\n"],
  ] as const) {
    it(`lets other work have its turn while parts come that are there already, ${what}`, async () => {
      let turns = 0;
      const take = () => {
        turns++;
        if (turns < 100) setImmediate(take);
      };
      setImmediate(take);
      await piecesOf(Array<string>(100).fill(part));
      assert.ok(turns >= 90, `${turns} turns for 100 parts`);
    });
  }

  for (const [what, isStream, part, fails] of [
    ["an event that does not end", true, "data: and on", true],
    ["a whole answer that does not end", false, '{"a":\n\n', true],
    ["a stream of many events", true, "data: short\n\n", false],
  ] as const) {
    it(`${fails ? "leaves" : "reads"} ${what}`, async () => {
      const parts = fails ? endless(part) : Array<string>(1000).fill(part);
      const { body, seen } = bodyOf(parts);
      const onTooLarge = () => new Error("too large");
      const bounded = boundedBody(body, { isStream, onTooLarge, maxBytes: 1000 });
      const reading = Array.fromAsync(bounded);
      if (fails) await assert.rejects(reading, /too large/);
      else await reading;
      assert.equal(seen.isLeft, fails);
    });
  }
});
