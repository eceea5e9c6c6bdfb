import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { loadSync } from "@grpc/proto-loader";

const file = "proto/model.proto";
const text = readFileSync(file, "utf8");
const code = text.split("\n").filter((line) => !line.startsWith("//"));

/** The table of the arena's contract: message, then fields in their order. */
const messages = {
  modelRequest: [
    "string request 1",
    "string modelID 2",
    "string sessionID 3",
    "string messageID 4",
  ],
  modelAnswer: ["string answer 1", "string sessionID 2", "string messageID 3"],
  modelDefinition: [
    "bool needs_text 1",
    "bool needs_image 2",
    "bool can_text 3",
    "bool can_image 4",
    "string modelID 5",
  ],
  metricsJson: ["string metrics 1", "string modelID 2"],
  Empty: [],
};

describe("proto/model.proto", () => {
  const definition = loadSync(file, { keepCase: true });

  it("ARENA-1 has the arena's messages with the same names, numbers, types and order", () => {
    const found = Object.entries(definition).flatMap(([name, entry]) => {
      if (!("format" in entry) || !("field" in entry.type)) return [];
      const { field } = entry.type as { field: { name: string; number: number; type: string }[] };
      const fields = field.map(
        ({ name: fieldName, number, type }) =>
          `${type.replace("TYPE_", "").toLowerCase()} ${fieldName} ${number}`,
      );
      return [[name, fields]];
    });
    assert.deepEqual(Object.fromEntries(found), messages);
    const order = code.flatMap((line) => /^message (\w+)/.exec(line)?.[1] ?? []);
    assert.deepEqual(order, Object.keys(messages));
  });

  it("ARENA-1 has one service whose paths have no package", () => {
    const services = Object.entries(definition).filter(([, entry]) => !("format" in entry));
    assert.deepEqual(
      services.map(([name]) => name),
      ["Model"],
    );
    const calls = Object.entries(definition["Model"] ?? {}).map(
      ([name, { path, requestStream, responseStream }]) => ({
        name,
        path,
        requestStream,
        responseStream,
      }),
    );
    const unary = { requestStream: false, responseStream: false };
    assert.deepEqual(calls, [
      { name: "predict", path: "/Model/predict", ...unary },
      { name: "sendPrediction", path: "/Model/sendPrediction", ...unary, responseStream: true },
      { name: "publishMetrics", path: "/Model/publishMetrics", ...unary },
      { name: "registerModel", path: "/Model/registerModel", ...unary },
    ]);
  });

  it("ARENA-1 has no package, enum or import", () => {
    for (const line of code) assert.doesNotMatch(line, /^\s*(package|enum|import)\b/);
  });

  it("ARENA-2 can be read line by line by the platform's parser", () => {
    assert.equal(code[0], 'syntax = "proto3";');
    for (const line of code) {
      if (line.includes("{")) assert.match(line, /^(message|service) \w+ \{$/);
      if (line.includes("}")) assert.equal(line, "}");
      if (line.includes("rpc ")) assert.match(line, /^ {2}rpc [^{}]*;$/);
      if (line.includes("service ")) assert.ok(line.startsWith("service "));
    }
  });

  it("ARENA-2 keeps its comments outside of blocks and free of what the parser looks for", () => {
    for (const line of text.split("\n").filter((some) => some.includes("//"))) {
      assert.ok(line.startsWith("//"), line);
      assert.doesNotMatch(line, /[{}]|\brpc \w+\(|^\/\/ *(message|service) /);
    }
  });
});
