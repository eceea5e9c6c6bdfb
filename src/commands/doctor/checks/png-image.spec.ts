import assert from "node:assert/strict";
import { crc32, inflateSync } from "node:zlib";
import { pngImage } from "./png-image.ts";

describe("pngImage", () => {
  it("makes a valid PNG of the size that was asked for (ARENA-14)", () => {
    const image = pngImage(100_000);
    assert.ok(image.length >= 100_000);
    assert.equal(image.toString("latin1", 1, 4), "PNG");
    const chunks = new Map<string, Buffer>();
    for (let at = 8; at < image.length; ) {
      const length = image.readUInt32BE(at);
      const body = image.subarray(at + 4, at + 8 + length);
      assert.equal(image.readUInt32BE(at + 8 + length), crc32(body));
      chunks.set(body.toString("latin1", 0, 4), body.subarray(4));
      at += 12 + length;
    }
    assert.deepEqual([...chunks.keys()], ["IHDR", "paDd", "IDAT", "IEND"]);
    const width = chunks.get("IHDR")?.readUInt32BE(0) ?? 0;
    const pixels = inflateSync(chunks.get("IDAT") ?? Buffer.alloc(0));
    assert.equal(pixels.length, width * (1 + 3 * width));
  });
});
