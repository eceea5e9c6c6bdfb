import assert from "node:assert/strict";
import fc from "fast-check";
import { modelRequest } from "../../../generated/model.ts";
import { ArrivingMessage } from "./arriving-message.ts";
import { ByteBudget } from "./byte-budget.ts";

const limits = { maxBytes: 2 ** 20, freeBytes: 0 };
const names = ["request", "modelID", "sessionID", "messageID"] as const;

/** What is read of a message that arrives in pieces of these sizes, again and again; null if it is none. */
function readInPieces(bytes: Buffer, sizes: readonly number[]): modelRequest | null {
  const message = new ArrivingMessage(
    names.map((name) => [name, limits] as const),
    new ByteBudget(2 ** 20),
  );
  for (let at = 0, turn = 0; at < bytes.length; turn++) {
    const size = sizes[turn % sizes.length] ?? bytes.length;
    message.write(bytes.subarray(at, at + size));
    at += size;
  }
  if (!message.isReadable) return null;
  const [request, modelID, sessionID, messageID] = names.map((name) => message.text(name));
  return {
    request: request ?? "",
    modelID: modelID ?? "",
    sessionID: sessionID ?? "",
    messageID: messageID ?? "",
  };
}

function decode(bytes: Buffer): modelRequest | null {
  try {
    return modelRequest.decode(bytes);
  } catch {
    return null;
  }
}

const sizes = fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 5 });
const text = fc.oneof(fc.string({ unit: "binary" }), fc.constantFrom("", "\uFEFFbom", "漢\0😀"));
const request = fc.record({ request: text, modelID: text, sessionID: text, messageID: text });

/** Tags of every wire type and of numbers in and out of the message, lengths, and bytes. */
const fragment = fc.oneof(
  fc.tuple(fc.nat(6), fc.nat(7)).map(([field, wireType]) => [(field << 3) | wireType]),
  fc.nat(20).map((length) => [length]),
  fc.constantFrom([0x80], [0xff, 0xff, 0xff, 0xff, 0x0f], [0x8a, 0x80, 0x00], [0x0b], [0x0c]),
  request.map((message) => [...modelRequest.encode(message).finish()]),
  fc.uint8Array({ maxLength: 12 }).map((bytes) => [...bytes]),
);
const anyBytes = fc.array(fragment, { maxLength: 12 }).map((parts) => Buffer.from(parts.flat()));

describe("StringFields", () => {
  it("reads what ts-proto writes, whatever the pieces", () => {
    fc.assert(
      fc.property(request, sizes, (message, pieces) => {
        const bytes = Buffer.from(modelRequest.encode(message).finish());
        assert.deepEqual(readInPieces(bytes, pieces), decode(bytes));
      }),
    );
  });

  it("takes and refuses what ts-proto takes and refuses", () => {
    let taken = 0;
    let refused = 0;
    fc.assert(
      fc.property(anyBytes, sizes, (bytes, pieces) => {
        const decoded = decode(bytes);
        if (decoded) taken++;
        else refused++;
        assert.deepEqual(readInPieces(bytes, pieces), decoded);
      }),
      { numRuns: 2000 },
    );
    assert.ok(taken > 100 && refused > 100, `${taken} taken, ${refused} refused`);
  });

  it("takes groups of a hundred levels, and no more", () => {
    const nested = (levels: number) =>
      Buffer.from([...Array(levels).fill(0x2b), ...Array(levels).fill(0x2c)]);
    for (const levels of [1, 100, 101, 100_000]) {
      assert.deepEqual(readInPieces(nested(levels), [7]), decode(nested(levels)), `${levels}`);
    }
  });
});
