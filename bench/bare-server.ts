// What every figure is held against: grpc-js and ts-proto, no framework. It
// reads the messages, echoes the last one, and writes the answer to the stream.
import { Metadata, Server, ServerCredentials, type ServerWritableStream } from "@grpc/grpc-js";
import { type Empty, ModelService, type modelAnswer } from "../src/generated/model.ts";

let stream: ServerWritableStream<Empty, modelAnswer> | null = null;

const server = new Server({ "grpc.max_receive_message_length": 32 * 2 ** 20 });
server.addService(ModelService, {
  registerModel: (_call: unknown, callback: (error: null, value: object) => void) =>
    callback(null, { modelID: "echo" }),
  publishMetrics: (_call: unknown, callback: (error: null, value: object) => void) =>
    callback(null, {}),
  predict: (
    call: { request: { request: string; sessionID: string; messageID: string } },
    callback: (error: null, value: object) => void,
  ) => {
    callback(null, {});
    const { request, sessionID, messageID } = call.request;
    const messages = JSON.parse(request);
    const answer = JSON.stringify({ text: `echo: ${messages.at(-1).content}`, image: null });
    stream?.write({ answer, sessionID, messageID });
  },
  sendPrediction: (call: ServerWritableStream<Empty, modelAnswer>) => {
    call.sendMetadata(new Metadata());
    stream = call;
  },
});
server.bindAsync("127.0.0.1:0", ServerCredentials.createInsecure(), (error, grpcPort) => {
  if (error) throw error;
  console.log(JSON.stringify({ msg: "serving", grpcPort }));
});
