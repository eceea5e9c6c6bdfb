import { BinaryReader, BinaryWriter } from "@bufbuild/protobuf/wire";
import { type Server, status } from "@grpc/grpc-js";
import { type Contract, contracts } from "../../generated/descriptors.ts";

/** Numbers of the fields that a ServerReflectionRequest asks with; one of them is set. */
const ask = { fileByName: 3, fileBySymbol: 4, fileByExtension: 5, services: 7 };

/** Numbers of the fields of a ServerReflectionResponse. */
const tell = { host: 1, request: 2, file: 4, services: 6, error: 7 };

/**
 * Answers a ServerReflectionRequest of grpc.reflection.v1 and v1alpha, which
 * are the same on the wire. Nothing here has extensions or imports.
 */
export function answerReflection(request: Buffer): Buffer {
  const { host, number, text } = readRequest(request);
  const writer = new BinaryWriter();
  writer.uint32(tag(tell.host)).string(host).uint32(tag(tell.request)).bytes(request);
  if (number === ask.services) {
    writer.uint32(tag(tell.services)).fork();
    for (const name of contracts.flatMap(({ services }) => services)) {
      writer.uint32(tag(1)).fork().uint32(tag(1)).string(name).join();
    }
    writer.join();
    return Buffer.from(writer.finish());
  }
  const contract = findContract(number, text);
  if (contract) {
    const descriptor = Buffer.from(contract.descriptor, "base64");
    writer.uint32(tag(tell.file)).fork().uint32(tag(1)).bytes(descriptor).join();
  } else {
    writer.uint32(tag(tell.error)).fork().uint32(8).int32(status.NOT_FOUND);
    writer
      .uint32(tag(2))
      .string(`${text || "what was asked for"} is not known here`)
      .join();
  }
  return Buffer.from(writer.finish());
}

function readRequest(request: Buffer): { host: string; number: number; text: string } {
  const reader = new BinaryReader(request);
  const read = { host: "", number: 0, text: "" };
  while (reader.pos < reader.len) {
    const [number, wireType] = reader.tag();
    if (number === 1) read.host = reader.string();
    else if (number === ask.fileByExtension || wireType !== 2) reader.skip(wireType, number);
    else Object.assign(read, { number, text: reader.string() });
  }
  return read;
}

function findContract(number: number, text: string): Contract | undefined {
  if (number === ask.fileByName) return contracts.find(({ file }) => file === text);
  if (number === ask.fileBySymbol) return contracts.find(({ symbols }) => symbols.includes(text));
  return undefined;
}

/** The tag of a length-delimited field. */
function tag(number: number): number {
  return (number << 3) | 2;
}

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
