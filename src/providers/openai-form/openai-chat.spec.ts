import assert from "node:assert/strict";
import { isStrictSchema } from "./openai-chat.ts";

const closed = (properties: object, required = Object.keys(properties)) => ({
  type: "object",
  properties,
  required,
  additionalProperties: false,
});

describe("isStrictSchema", () => {
  it("takes schemas whose objects are closed and complete, at any depth", () => {
    for (const schema of [
      closed({}),
      closed({ a: { type: "string" }, b: { type: ["number", "null"] } }),
      closed({ list: { type: "array", items: closed({ a: { enum: ["x", "y"] } }) } }),
      { ...closed({ a: { $ref: "#/$defs/b" } }), $defs: { b: closed({ c: { type: "string" } }) } },
    ]) {
      assert.ok(isStrictSchema(schema), JSON.stringify(schema));
    }
  });

  it("takes no schema that leaves a field open, at any depth", () => {
    for (const schema of [
      { type: "object" },
      closed({ a: {} }, []),
      { type: "object", properties: { a: {} }, required: ["a"] },
      closed({ list: { type: "array", items: { type: "object" } } }),
      { anyOf: [closed({}), { type: "object", properties: {} }] },
      { ...closed({}), $defs: { b: { type: "object" } } },
    ]) {
      assert.ok(!isStrictSchema(schema), JSON.stringify(schema));
    }
  });
});
