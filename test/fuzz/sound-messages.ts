import type { SeededRandom } from "../chaos/random.ts";
import { bareField, bytesField, varint, type WireField, wireType } from "./wire-field.ts";

const methodPaths = {
  predict: "/Model/predict",
  sendPrediction: "/Model/sendPrediction",
  registerModel: "/Model/registerModel",
  publishMetrics: "/Model/publishMetrics",
  check: "/grpc.health.v1.Health/Check",
  watch: "/grpc.health.v1.Health/Watch",
  list: "/grpc.health.v1.Health/List",
  reflection: "/grpc.reflection.v1.ServerReflection/ServerReflectionInfo",
  "reflection v1alpha": "/grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo",
} as const;

/** A method that is called; `unknown` is none that is there. */
export type FuzzedMethod = keyof typeof methodPaths | "unknown";

const unknownPaths = [
  "/Model/Predict",
  "/Model/",
  "/model/predict",
  "/Model/predict/",
  "/Model/predict?x=1",
  "//Model/predict",
  "/",
  "/%4dodel/predict",
  "/grpc.health.v1.Health/check",
  "/grpc.channelz.v1.Channelz/GetServers",
  "/__proto__/constructor",
  `/Model/${"x".repeat(4000)}`,
];

/** The path of a method. */
export function pathOf(method: FuzzedMethod, random: SeededRandom): string {
  return method === "unknown" ? random.pick(unknownPaths) : methodPaths[method];
}

/** The fields of a usual message of a method. `text` is what one with a text holds. */
export function soundFields(
  method: FuzzedMethod,
  text: string,
  messageID: string,
  random: SeededRandom,
): readonly WireField[] {
  switch (method) {
    case "predict":
      return [
        bytesField(1, text),
        bytesField(2, random.isOneIn(40) ? "other" : "echo"),
        bytesField(3, `session ${random.whole(0, 999)}`),
        bytesField(4, messageID),
      ];
    case "publishMetrics":
      return [bytesField(1, text), bytesField(2, random.isOneIn(20) ? "other" : "echo")];
    case "check":
    case "watch":
      return [bytesField(1, random.pick(["", "Model", "echo", "unknown", "__proto__"]))];
    case "reflection":
    case "reflection v1alpha":
      return [bytesField(1, "localhost"), reflectionQuestion(random)];
    default:
      return [];
  }
}

function reflectionQuestion(random: SeededRandom): WireField {
  return random.pick([
    bytesField(3, "model.proto"),
    bytesField(4, random.pick(["Model", "Model.predict", "grpc.health.v1.Health", "Nobody"])),
    bytesField(5, Buffer.concat([Buffer.from([0x0a, 1, 0x4d]), Buffer.from([0x10, 7])])),
    bytesField(6, "Model"),
    bytesField(7, "*"),
    bareField(7, wireType.varint, varint(1)),
  ]);
}
