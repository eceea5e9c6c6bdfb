import assert from "node:assert/strict";
import { BinaryReader, BinaryWriter } from "@bufbuild/protobuf/wire";
import { answerReflection } from "./reflection.ts";

/** The fields of a message, by number; of several with one number, all. */
function fieldsOf(bytes: Uint8Array): Map<number, (Uint8Array | number)[]> {
  const reader = new BinaryReader(bytes);
  const fields = new Map<number, (Uint8Array | number)[]>();
  while (reader.pos < reader.len) {
    const [number, wireType] = reader.tag();
    const value = wireType === 2 ? reader.bytes() : reader.int32();
    fields.set(number, [...(fields.get(number) ?? []), value]);
  }
  return fields;
}

function ask(number: number, text: string) {
  const request = new BinaryWriter().uint32(10).string("here");
  const bytes = Buffer.from(
    request
      .uint32((number << 3) | 2)
      .string(text)
      .finish(),
  );
  const fields = fieldsOf(answerReflection(bytes));
  const [host, original] = [fields.get(1)?.[0], fields.get(2)?.[0]];
  assert.ok(host instanceof Uint8Array && original instanceof Uint8Array);
  assert.equal(Buffer.from(host).toString(), "here");
  assert.ok(bytes.equals(original));
  return fields;
}

describe("answerReflection", () => {
  it("finds a file by its name, and by whatever it declares", () => {
    const byName = ask(3, "health/v1/health.proto").get(4);
    assert.ok(byName);
    for (const symbol of [
      "grpc.health.v1.Health",
      "grpc.health.v1.Health.Watch",
      "grpc.health.v1.HealthCheckResponse.ServingStatus",
    ]) {
      assert.deepEqual(ask(4, symbol).get(4), byName, symbol);
    }
  });

  it("says NOT_FOUND of names, files and extensions that are not here", () => {
    for (const [number, text] of [
      [3, "other.proto"],
      [4, "Other"],
      [4, ".Model"],
      [5, ""],
      [6, "Model"],
    ] as const) {
      const [error] = ask(number, text).get(7) ?? [];
      assert.ok(error instanceof Uint8Array, `${number} ${text}`);
      assert.deepEqual(fieldsOf(error).get(1), [5]);
    }
  });

  it("throws at what is no request", () => {
    assert.throws(() => answerReflection(Buffer.from([0x0a, 0xff])));
  });
});
