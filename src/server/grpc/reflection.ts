import { type Server, status } from "@grpc/grpc-js";
import { answerReflection } from "./reflection-answer.ts";

const versions = ["v1", "v1alpha"];
const asItIs = (bytes: Buffer) => bytes;

/** Lets clients such as grpcurl ask what is spoken here (reflection v1 and v1alpha). */
export function addReflection(server: Server): void {
  for (const version of versions) {
    const ServerReflectionInfo = {
      path: `/grpc.reflection.${version}.ServerReflection/ServerReflectionInfo`,
      requestStream: true,
      responseStream: true,
      requestSerialize: asItIs,
      requestDeserialize: asItIs,
      responseSerialize: asItIs,
      responseDeserialize: asItIs,
    };
    server.addService({ ServerReflectionInfo }, { ServerReflectionInfo: converse });
  }
}

/** Answers one question after the other, of a client that may not read. */
export function converse(call: NodeJS.ReadWriteStream): void {
  call.on("data", (request: Buffer) => {
    try {
      // The next question is read when this answer is on its way: a client that does not read waits.
      call.pause();
      call.write(answerReflection(request), () => call.resume());
    } catch {
      const details = "this is no ServerReflectionRequest";
      call.emit("error", { code: status.INVALID_ARGUMENT, details });
    }
  });
  call.on("end", () => call.end());
}
